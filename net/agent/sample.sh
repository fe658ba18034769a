# SPDX-License-Identifier: MIT
# Sets the stage for the persistent awk and becomes it; where there is perl, by way of it.

# The scripts that awk runs, each in a shell of its own. What they are given is quoted by awk
# and holds no quote; here they hold none either.
# shellcheck disable=SC2034,SC2016,SC2089
AGENT_FACTS='
	echo "hz $(getconf CLK_TCK)"
	echo "clock $(date +%s)"
	echo "dovecot $(dovecot --version)"
	doveconf base_dir log_path info_log_path | sed "s/ = */ /"
	postconf -h mail_version queue_directory | {
		read -r version; echo "postfix $version"
		read -r queue; echo "queue $queue"
	}
	for file in $SYSLOG_FILES; do
		if [ -f "$file" ]; then echo "syslog $file"; break; fi
	done
'
# shellcheck disable=SC2016,SC2089
AGENT_QUEUE='
	cd "$1" || exit
	echo "clock $(date +%s)"
	if [ -r deferred ] && [ -x deferred ] && [ -r active ]; then
		if find . -prune -printf "" 2>/dev/null; then
			find incoming active deferred hold maildrop -type f -printf "%H %B@\n"
		else
			find incoming active deferred hold maildrop -type f | cut -d / -f 1
		fi
	else
		postqueue -j | head -n 5000 |
			sed -n "s/.*\"queue_name\": \"\([a-z]*\)\".*\"arrival_time\": \([0-9]*\).*/\1 \2/p"
	fi 2>/dev/null
	echo end
'

sample() {
	AGENT_AWK="awk"
	AGENT_BASE=$(base_directory)
	AGENT_LIMIT=''
	if command -v timeout >/dev/null 2>&1; then
		AGENT_LIMIT='timeout -s KILL 5 '
	fi
	# shellcheck disable=SC2090
	export SYSLOG_FILES AGENT_AWK AGENT_BASE AGENT_LIMIT AGENT_FACTS AGENT_QUEUE
	set -- "$json_awk$proc_awk$watch_awk$sessions_awk$log_awk$slow_awk$mounts_awk$disks_awk$sample_awk"
	# mawk waits for a whole block of requests unless it is told not to.
	case $(awk -W version 2>&1 </dev/null) in
	mawk*)
		AGENT_AWK="mawk"
		set -- -W interactive "$1"
		;;
	GNU*) AGENT_AWK="gawk" ;;
	esac
	if [ -n "$AGENT_BASE" ] && perl -MSocket -e 1 2>/dev/null; then
		AGENT_ROWS=1
		export AGENT_ROWS
		exec perl -e "$rows_pl" -- "$AGENT_BASE/anvil" awk "$@"
	fi
	exec awk "$@"
}
