"""What XNU's socket knows of itself, told from what the host's socket tells.

so_state of bsd/sys/socketvar.h: after a reset, and when both sides have closed,
a TCP socket is disconnected and can neither send nor receive more.
"""

import struct

from rig import host

SOL_SOCKET, SO_RCVTIMEO, SO_SNDTIMEO = 1, 20, 21
IPPROTO_TCP, TCP_INFO = 6, 11
AF_UNIX, STREAM = 1, 1
# States of the host's TCP (include/net/tcp_states.h).
ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT = 1, 2, 3, 4, 5, 6
CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING = 7, 8, 9, 10, 11
CANNOT_RECEIVE = {CLOSE_WAIT, LAST_ACK, CLOSING, TIME_WAIT}
CANNOT_SEND = {FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING, TIME_WAIT}
CONNECTED = {ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK}


class State:
    """SS_ISCONNECTED, SS_CANTRCVMORE, SS_CANTSENDMORE."""

    def __init__(self, connected, no_receive, no_send, connecting=False):
        self.connected, self.connecting = connected, connecting
        self.no_receive, self.no_send = no_receive, no_send

    @property
    def over(self):
        """Both directions are shut."""
        return self.no_receive and self.no_send


def tcp_info(fd, size):
    """The first bytes of the host's struct tcp_info."""
    return host.socket_option(fd, IPPROTO_TCP, TCP_INFO, size)


def state(fd, file):
    """The State of a socket."""
    if file.is_local_or_datagram():
        try:
            host.socket_name(host.getpeername, fd)
            connected = True
        except OSError:
            connected = False
        return State(connected, file.shut_read, file.shut_write)
    number = tcp_info(fd, 1)[0]
    # A socket that was never connected is in the state CLOSE, too; `was_connected`
    # is set when it got there from a connection.
    ended = number == CLOSE and file.was_connected
    return State(
        number in CONNECTED,
        file.shut_read or ended or number in CANNOT_RECEIVE,
        file.shut_write or ended or number in CANNOT_SEND,
        number in (SYN_SENT, SYN_RECV),
    )


def timeout(fd, option):
    """Seconds of SO_RCVTIMEO or SO_SNDTIMEO; None for ever."""
    seconds, micros = struct.unpack("<qq", host.socket_option(fd, SOL_SOCKET, option, 16))
    return seconds + micros / 1_000_000 if seconds or micros else None


def accept_queue(fd):
    """How many connections wait in a listening TCP socket."""
    # tcpi_unacked, which for a listener is the length of its accept queue.
    return struct.unpack_from("<I", tcp_info(fd, 28), 24)[0]
