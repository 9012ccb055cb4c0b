# What bash proposes behind `svcd`. The lines between the two comments are those of the
# help: `make manual UPDATE=1`.

_svcd() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options value=
    local IFS=$' \t\n'
    # `--name=VALUE` comes as three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    # options
    options='-b --bind -p --port --reuseport --inetd --index --no-listing --clean-urls --fallback --errors --virtual-hosts --header --cache --no-inode --mime --write --write-unprotected --auth --auth-write --host --max-body --min-rate --no-sync --cgi --no-cgi --alias --cgi-run --cgi-env --cgi-pass-auth --cgi-auth --cgi-timeout --cgi-limit --cgi-cpu --cgi-memory --cgi-procs --cgi-allow --user --chroot --sandbox --max-conns --max-per-ip --trusted --health --spare --reuse --header-timeout --idle-timeout --grace --log -q --quiet -h --help -V --version'
    case $before in
    -b | --bind) value='none' ;;
    -p | --port) value='none' ;;
    --index) value='none' ;;
    --fallback) value='files' ;;
    --errors) value='files' ;;
    --header) value='none' ;;
    --cache) value='none' ;;
    --mime) value='none' ;;
    --auth) value='files' ;;
    --auth-write) value='files' ;;
    --host) value='none' ;;
    --max-body) value='none' ;;
    --min-rate) value='none' ;;
    --cgi) value='none' ;;
    --alias) value='none' ;;
    --cgi-run) value='none' ;;
    --cgi-env) value='none' ;;
    --cgi-timeout) value='none' ;;
    --cgi-limit) value='none' ;;
    --cgi-cpu) value='none' ;;
    --cgi-memory) value='none' ;;
    --cgi-procs) value='none' ;;
    --cgi-allow) value='files' ;;
    --user) value='none' ;;
    --sandbox) value='off on require' ;;
    --max-conns) value='none' ;;
    --max-per-ip) value='none' ;;
    --trusted) value='none' ;;
    --health) value='none' ;;
    --spare) value='none' ;;
    --reuse) value='none' ;;
    --header-timeout) value='none' ;;
    --idle-timeout) value='none' ;;
    --grace) value='none' ;;
    --log) value='files' ;;
    esac
    # end of options
    if [[ $value == none ]]; then
        return
    elif [[ $value == files ]]; then
        IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$word"))
    elif [[ -n $value ]]; then
        COMPREPLY=($(compgen -W "$value" -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        IFS=$'\n'
        COMPREPLY=($(compgen -d -- "$word"))
    fi
}

complete -o filenames -F _svcd svcd
