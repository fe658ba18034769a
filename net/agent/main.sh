# SPDX-License-Identifier: MIT
# The body is one function, called last: half a file does nothing.
main() {
	ROLE=${1:-} SUBCOMMAND=${2:-}
	if [ "$ROLE" != view ]; then
		echo "mailmend-agent: no role \"$ROLE\"; there is view" >&2
		exit 64
	fi
	case $SUBCOMMAND in
	sample | stores | mailboxes | doctor) ;;
	*)
		echo "mailmend-agent: no subcommand \"$SUBCOMMAND\"; there are sample, stores, mailboxes, doctor" >&2
		exit 64
		;;
	esac
	hello
	"$SUBCOMMAND"
}

main "$@"
