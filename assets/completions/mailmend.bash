# bash completion for mailmend                                    -*- shell-script -*-
# SPDX-License-Identifier: MIT

# The hosts of the configuration that the command line names.
_mailmend_hosts() {
	local config=${XDG_CONFIG_HOME:-$HOME/.config}/mailmend/config.json i
	for ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do
		case ${COMP_WORDS[i]} in
		--config | -c) config=${COMP_WORDS[i + 1]} ;;
		esac
	done
	sed -n 's/.*"name"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p' "${config/#\~/$HOME}" 2>/dev/null
}

_mailmend_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_mailmend_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# The options of the command that stands on the line, besides those that all take.
_mailmend_options() {
	local all='--config --read-only --help --version'
	case $1 in
	hosts) echo "$all --json --once --host --timeout" ;;
	add) echo "$all --name --identity --known-hosts --become --unchecked --timeout" ;;
	prepare) echo "$all --undo --repair --yes --timeout" ;;
	mailboxes) echo "$all --json --once --host --timeout --filter --sort --limit" ;;
	sessions) echo "$all --json --once --host --timeout" ;;
	check) echo "$all --json --host --timeout --depth" ;;
	repair) echo "$all --json --host --timeout --operation --confirm" ;;
	restore) echo "$all --json --host --timeout --copy --confirm" ;;
	jobs) echo "$all --json --host --timeout --resume" ;;
	ledger) echo "$all --json --limit --text --before" ;;
	doctor) echo "$all --json --host --timeout" ;;
	*) echo "$all --ascii --theme" ;;
	esac
}

_mailmend() {
	local word=$2 before=$3 command='' i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		hosts | mailboxes | sessions | check | repair | restore | jobs | ledger | doctor) command=${COMP_WORDS[i]} ;;
		add | prepare) [ "$command" != hosts ] || command=${COMP_WORDS[i]} ;;
		esac
	done
	case $before in
	--config | -c | --identity | --known-hosts) _mailmend_files "$word" && return ;;
	--theme) _mailmend_words 'dark light mono' "$word" && return ;;
	--become) COMPREPLY=("'sudo -n'") && return ;;
	--sort)
		_mailmend_words 'name host imap pop3 addresses cpu read write deliveries sessions age' "$word"
		return
		;;
	--host) _mailmend_words "$(_mailmend_hosts)" "$word" && return ;;
	--depth) _mailmend_words '1 2 3' "$word" && return ;;
	--operation) _mailmend_words resync "$word" && return ;;
	--timeout | --limit | --text | --before | --name | --filter | --confirm | --copy | --resume) return ;;
	esac
	case $word in
	-*) _mailmend_words "$(_mailmend_options "$command")" "$word" && return ;;
	esac
	case $command in
	'') _mailmend_words 'hosts mailboxes sessions check repair restore jobs ledger doctor' "$word" ;;
	hosts) _mailmend_words 'add prepare' "$word" ;;
	prepare) _mailmend_words "$(_mailmend_hosts)" "$word" ;;
	esac
}

complete -F _mailmend mailmend
