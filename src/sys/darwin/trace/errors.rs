//! The errors of Darwin: a line for each number from 1 on, its name and what its
//! strerror(3) says.

pub const ERRORS: &str = "\
EPERM Operation not permitted\n\
ENOENT No such file or directory\n\
ESRCH No such process\n\
EINTR Interrupted system call\n\
EIO Input/output error\n\
ENXIO Device not configured\n\
E2BIG Argument list too long\n\
ENOEXEC Exec format error\n\
EBADF Bad file descriptor\n\
ECHILD No child processes\n\
EDEADLK Resource deadlock avoided\n\
ENOMEM Cannot allocate memory\n\
EACCES Permission denied\n\
EFAULT Bad address\n\
ENOTBLK Block device required\n\
EBUSY Resource busy\n\
EEXIST File exists\n\
EXDEV Cross-device link\n\
ENODEV Operation not supported by device\n\
ENOTDIR Not a directory\n\
EISDIR Is a directory\n\
EINVAL Invalid argument\n\
ENFILE Too many open files in system\n\
EMFILE Too many open files\n\
ENOTTY Inappropriate ioctl for device\n\
ETXTBSY Text file busy\n\
EFBIG File too large\n\
ENOSPC No space left on device\n\
ESPIPE Illegal seek\n\
EROFS Read-only file system\n\
EMLINK Too many links\n\
EPIPE Broken pipe\n\
EDOM Numerical argument out of domain\n\
ERANGE Result too large\n\
EAGAIN Resource temporarily unavailable\n\
EINPROGRESS Operation now in progress\n\
EALREADY Operation already in progress\n\
ENOTSOCK Socket operation on non-socket\n\
EDESTADDRREQ Destination address required\n\
EMSGSIZE Message too long\n\
EPROTOTYPE Protocol wrong type for socket\n\
ENOPROTOOPT Protocol not available\n\
EPROTONOSUPPORT Protocol not supported\n\
ESOCKTNOSUPPORT Socket type not supported\n\
ENOTSUP Operation not supported\n\
EPFNOSUPPORT Protocol family not supported\n\
EAFNOSUPPORT Address family not supported by protocol family\n\
EADDRINUSE Address already in use\n\
EADDRNOTAVAIL Can't assign requested address\n\
ENETDOWN Network is down\n\
ENETUNREACH Network is unreachable\n\
ENETRESET Network dropped connection on reset\n\
ECONNABORTED Software caused connection abort\n\
ECONNRESET Connection reset by peer\n\
ENOBUFS No buffer space available\n\
EISCONN Socket is already connected\n\
ENOTCONN Socket is not connected\n\
ESHUTDOWN Can't send after socket shutdown\n\
ETOOMANYREFS Too many references: can't splice\n\
ETIMEDOUT Operation timed out\n\
ECONNREFUSED Connection refused\n\
ELOOP Too many levels of symbolic links\n\
ENAMETOOLONG File name too long\n\
EHOSTDOWN Host is down\n\
EHOSTUNREACH No route to host\n\
ENOTEMPTY Directory not empty\n\
EPROCLIM Too many processes\n\
EUSERS Too many users\n\
EDQUOT Disc quota exceeded\n\
ESTALE Stale NFS file handle\n\
EREMOTE Too many levels of remote in path\n\
EBADRPC RPC struct is bad\n\
ERPCMISMATCH RPC version wrong\n\
EPROGUNAVAIL RPC prog. not avail\n\
EPROGMISMATCH Program version wrong\n\
EPROCUNAVAIL Bad procedure for program\n\
ENOLCK No locks available\n\
ENOSYS Function not implemented\n\
EFTYPE Inappropriate file type or format\n\
EAUTH Authentication error\n\
ENEEDAUTH Need authenticator\n\
EPWROFF Device power is off\n\
EDEVERR Device error\n\
EOVERFLOW Value too large to be stored in data type\n\
EBADEXEC Bad executable (or shared library)\n\
EBADARCH Bad CPU type in executable\n\
ESHLIBVERS Shared library version mismatch\n\
EBADMACHO Malformed Mach-o file\n\
ECANCELED Operation canceled\n\
EIDRM Identifier removed\n\
ENOMSG No message of desired type\n\
EILSEQ Illegal byte sequence\n\
ENOATTR Attribute not found\n\
EBADMSG Bad message\n\
EMULTIHOP EMULTIHOP (Reserved)\n\
ENODATA No message available on STREAM\n\
ENOLINK ENOLINK (Reserved)\n\
ENOSR No STR resources\n\
ENOSTR Not a STREAM\n\
EPROTO Protocol error\n\
ETIME STREAM ioctl timeout\n\
EOPNOTSUPP Operation not supported on socket\n\
ENOPOLICY Policy not found\n\
ENOTRECOVERABLE State not recoverable\n\
EOWNERDEAD Previous owner died\n\
EQFULL Interface output queue is full";
