# SPDX-License-Identifier: MIT
# The body is one function, called last: half a file does nothing.
main() {
	ROLE=${1:-} SUBCOMMAND=${2:-}
	case $ROLE in
	view | support | operator) ;;
	*)
		echo "mailmend-agent: no role \"$ROLE\"; there are view, support and operator" >&2
		exit 64
		;;
	esac
	case $SUBCOMMAND in
	sample | stores | mailboxes | doctor | check) ;;
	job | run)
		if [ "$ROLE" = view ]; then
			echo "mailmend-agent: $SUBCOMMAND needs the role support or operator" >&2
			exit 77
		fi
		;;
	*)
		echo "mailmend-agent: no subcommand \"$SUBCOMMAND\"; there are sample, stores, mailboxes, doctor, check and job" >&2
		exit 64
		;;
	esac
	hello
	shift 2
	"$SUBCOMMAND" "$@"
}

main "$@"
