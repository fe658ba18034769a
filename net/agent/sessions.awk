# SPDX-License-Identifier: MIT
# Sessions, by the lines of `doveadm who`: handed over before each request where there is perl
# (rows.pl), else of one doveadm a sample. A line that was there before costs one look-up; equal
# lines (a process that serves one mailbox twice) are told apart by number.
#
#	who_row[1..who_rows]	the lines handed over; who_handed: for this sample, who_counted:
#				the sessions are already those of these lines
#	id_of[key]	the session's own number, pid_of[key] its process
#	marked[key]	the last round in which it was seen

function sessions_init() {
	next_id = 1
	session_count = 0
	round = 0
	who_again = 0
	dovecot_runs = 1
	who_handed = who_counted = who_rows = 0
}

# A path that stands in a command line between single quotes; empty when it had better not.
function quotable(path) {
	return path ~ /^\/[A-Za-z0-9 _.,:=@%+~\/-]*$/ ? "\047" path "\047" : ""
}

# -O leaves the configuration unread; where the socket is unknown doveadm has to read it.
function who_command() {
	if (quotable(base_dir) == "")
		return "exec doveadm -f tab who -1 2>&1"
	return "exec doveadm -O -f tab who -1 -a " quotable(base_dir "/anvil") " 2>&1"
}

function sessions_clear() {
	split("", id_of); split("", pid_of); split("", row_of); split("", marked)
	session_count = who_counted = 0
	who_again = 0
	watch_clear()
}

# The titles of 2.3 and 2.4 differ; what is not a title is not one of its lines.
function who_titles(line,    part, i) {
	split("", column)
	columns = split(line, part, "\t")
	for (i = 1; i <= columns; i++)
		column[part[i]] = i
	if ("proto" in column)
		column["service"] = column["proto"]
	return part[1] == "username" && ("pid" in column) && ("service" in column) && ("ip" in column)
}

# Values are not escaped: what is too many belongs to the name, which comes first.
function session_add(key, line,    part, extra, name, pid, i) {
	extra = split(line, part, "\t") - columns
	if (extra < 0)
		return
	name = part[1]
	for (i = 2; i <= extra + 1; i++)
		name = name "\t" part[i]
	pid = part[column["pid"] + extra]
	if (pid !~ /^[0-9]+$/ || length(pid) > 9 || pid + 0 == 0)
		return
	id_of[key] = next_id++
	pid_of[key] = pid
	row_of[key] = json(name) "," json(part[column["service"] + extra]) "," json(part[column["ip"] + extra])
	marked[key] = round
	session_count++
	watch_add(pid)
	session_tell(key)
}

function session_tell(key) {
	list("add", "[" id_of[key] "," row_of[key] "," pid_of[key] "]")
}

function session_gone(key) {
	list("gone", id_of[key])
	watch_drop(pid_of[key])
	delete id_of[key]
	delete pid_of[key]
	delete row_of[key]
	delete marked[key]
	session_count--
}

# Another process has the number: its sessions are others, whatever their lines say.
function session_reborn(pid,    key) {
	for (key in pid_of)
		if (pid_of[key] == pid) {
			list("gone", id_of[key])
			id_of[key] = next_id++
			session_tell(key)
		}
}

# One line of who; equal ones get a number behind.
function session_seen(line,    key, n) {
	key = line
	for (n = 2; marked[key] == round; n++)
		key = line "\034" n
	if (key in id_of) {
		marked[key] = round
		return 1
	}
	delete marked[key]
	session_add(key, line)
	return 0
}

# Titles begin a list; "same" is the one before.
function who_head(line) {
	who_handed = 1
	if (line == "same")
		return
	who_titles(line)
	split("", who_row)
	who_rows = who_counted = 0
}

function sessions_handed(    before, same, i) {
	who_handed = 0
	if (who_counted)
		return
	round++
	before = session_count
	same = 0
	for (i = 1; i <= who_rows; i++)
		same += session_seen(who_row[i])
	sessions_settle(before, same)
	who_counted = 1
}

# After a whole list, in which SAME of the sessions BEFORE it were seen again.
function sessions_settle(before, same,    key) {
	dovecot_runs = 1
	mended("dovecot")
	mended("rights")
	if (same < before)
		for (key in id_of)
			if (marked[key] != round)
				session_gone(key)
}

function sessions_sample(now,    command, line, titled, told, before, same) {
	if (who_handed) {
		sessions_handed()
		return
	}
	if (now < who_again)
		return
	round++
	before = session_count
	same = titled = 0
	told = ""
	command = who_command()
	while ((command | getline line) > 0) {
		if (titled)
			same += session_seen(line)
		else if (who_titles(line))
			titled = 1
		else if (told == "" || line ~ /^Fatal: /)
			told = line
	}
	close(command)
	if (!titled) {
		sessions_failed(now, told)
		return
	}
	sessions_settle(before, same)
}

# No list: a Dovecot that is not there has no sessions; otherwise nobody knows.
function sessions_failed(now, told,    key) {
	dovecot_runs = 0
	who_again = now + 5
	if (told ~ /net_connect.*Permission denied/) {
		problem("rights", "Dovecot does not tell this user its sessions: " told, BECOME)
		return
	}
	mended("rights")
	# What the shell says when there is none, or none that it may run.
	if (told ~ /doveadm: / && told !~ /net_connect/) {
		who_again = now + 30
		problem("dovecot", "there is no Dovecot on this host: " told, \
			"install it, or take this host out of the configuration")
	} else if (told ~ /No such file|Connection refused|not running/)
		problem("dovecot", "Dovecot does not run: " told, "start it: systemctl start dovecot")
	else {
		problem("dovecot", "doveadm who failed: " (told == "" ? "it said nothing" : told), \
			"run doveadm who on the host and look into its log")
		return
	}
	for (key in id_of)
		session_gone(key)
}
