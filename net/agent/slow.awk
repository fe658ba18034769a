# SPDX-License-Identifier: MIT
# What costs processes: looked at seldom, after an answer was sent, and told in the next one.
# cached[WHAT] is the line last made; fresh[WHAT] that it was not told yet.

function slow_init() {
	rhythm["facts"] = 3600
	rhythm["log"] = 10
	rhythm["queue"] = 15
	rhythm["services"] = 30
	rhythm["disks"] = 30
	due["facts"] = due["log"] = due["queue"] = due["services"] = due["disks"] = 0
	queue_directory = ""
	disks_hang = 0
}

function cache(what, line) {
	if (cached[what] == line)
		return
	cached[what] = line
	fresh[what] = 1
}

function cached_tell(what, full) {
	if (cached[what] != "" && (full || fresh[what]))
		say(cached[what])
	fresh[what] = 0
}

# Every job at once: facts first, for they tell the others where to look.
function slow_all(now) {
	slow_job("facts", now)
	slow_job("log", now)
	slow_job("queue", now)
	slow_job("services", now)
	slow_job("disks", now)
}

# After an answer: the job that waits longest; the first time, and when the console seldom
# asks, all that are due.
function slow_jobs(now, passed,    what, oldest) {
	if (due["facts"] == 0) {
		slow_all(now)
		return
	}
	do {
		oldest = ""
		for (what in due)
			if (due[what] <= now && (oldest == "" || due[what] < due[oldest]))
				oldest = what
		if (oldest != "")
			slow_job(oldest, now)
	} while (oldest != "" && passed > 4)
}

function slow_job(what, now) {
	due[what] = now + rhythm[what]
	if (what == "facts")
		facts_job()
	else if (what == "log")
		log_job(now)
	else if (what == "queue")
		queue_job(now)
	else if (what == "services")
		services_job()
	else
		disks_job(now)
}

# One shell asks them all; each answer is a line that begins with its name.
function facts_job(    command, line, at, key, cores, got) {
	command = limit "sh -c \047" facts_script "\047 2>/dev/null"
	split("", got)
	while ((command | getline line) > 0) {
		at = index(line, " ")
		key = at ? substr(line, 1, at - 1) : line
		if (!(key in got))
			got[key] = at ? substr(line, at + 1) : ""
	}
	close(command)
	cores = 0
	while ((getline line < "/proc/stat") > 0 && line ~ /^cpu/)
		cores++
	close("/proc/stat")
	if (got["base_dir"] != "")
		base_dir = got["base_dir"]
	queue_directory = got["queue"]
	facts_log(got)
	cache("facts", "{\"facts\":{\"hostname\":" json_or_null(first_line("/proc/sys/kernel/hostname")) \
		",\"dovecot\":" json_or_null(got["dovecot"]) ",\"postfix\":" json_or_null(got["postfix"]) \
		",\"cores\":" (cores > 1 ? cores - 1 : "null") ",\"hz\":" whole(got["hz"]) ",\"clock\":" whole(got["clock"]) \
		",\"base_dir\":" json_or_null(base_dir) ",\"log\":" json_or_null(logs[1]) ",\"awk\":" json_or_null(awk_name) "}}")
}

# Where Dovecot writes: its own files, or those that syslog is known to keep mail in.
function facts_log(got,    path) {
	log_count = 0
	log_expected = got["dovecot"] != ""
	if (!log_expected)
		return
	path = got["info_log_path"] != "" ? got["info_log_path"] : got["log_path"]
	log_add(path)
	log_add(got["log_path"])
	if (path == "" || path == "syslog" || got["log_path"] == "syslog")
		log_add(got["syslog"])
	if (log_count)
		return
	if (path == "" || path == "syslog")
		problem("log", "Dovecot logs to syslog, and there is no file of it (journald only?): no logins, failures or deliveries are counted", \
			"have syslog write /var/log/mail.log, or set log_path in Dovecot")
	else
		problem("log", "Dovecot logs to \"" path "\", which cannot be read as a file: no logins, failures or deliveries are counted", \
			"set log_path in Dovecot to a file or to syslog")
}

# Files in the queue. Their birth is the arrival: Postfix moves them by renaming.
function queue_job(now,    command, line, part, count, oldest, total, i, name, clock) {
	if (queue_directory == "") {
		cache("queue", "{\"queue\":{\"total\":null}}")
		return
	}
	split("", count)
	oldest = clock = ""
	command = limit queue_command()
	total = 0
	while ((command | getline line) > 0 && line != "end") {
		split(line, part, " ")
		if (part[1] == "clock") {
			clock = part[2]
			continue
		}
		total++
		count[part[1]]++
		if (part[2] ~ /^[0-9]/ && part[2] > 0 && (oldest == "" || part[2] < oldest))
			oldest = part[2] + 0
	}
	close(command)
	if (line != "end") {
		due["queue"] = now + 600
		cache("queue", "{\"queue\":{\"total\":null}}")
		problem("queue", "the queue could not be counted within 5 seconds", "look at it on the host: qshape deferred")
		return
	}
	mended("queue")
	if (total > 0 && total <= 1000 && oldest == "")
		oldest = queue_oldest()
	# A large queue costs more to count: it is counted the less often.
	due["queue"] = now + rhythm["queue"] + total / 50
	line = "{\"queue\":{\"total\":" total
	split("incoming active deferred hold maildrop", name, " ")
	for (i = 1; i <= 5; i++)
		line = line ",\"" name[i] "\":" (count[name[i]] + 0)
	oldest = (oldest == "" || clock !~ /^[0-9]+$/) ? "null" : clock - int(oldest)
	cache("queue", line ",\"oldest\":" (oldest < 0 ? 0 : oldest) "}}")
}

# The arrival of the oldest, of Postfix: where the file system knows no birth.
function queue_oldest(    command, line, oldest, at) {
	command = limit "postqueue -j 2>/dev/null"
	oldest = ""
	while ((command | getline line) > 0) {
		if (!match(line, /"arrival_time": [0-9]+/))
			continue
		at = substr(line, RSTART + 16, RLENGTH - 16) + 0
		if (oldest == "" || at < oldest)
			oldest = at
	}
	close(command)
	return oldest
}

# Who may not look into the queue's folders asks Postfix, and not for more than 5,000.
function queue_command(    folder) {
	folder = quotable(queue_directory)
	if (folder == "")
		folder = "/var/spool/postfix"
	return "sh -c \047" queue_script "\047 queue " folder
}

# Services at half of their limit or more; those of which there is only ever one do not count.
function services_job(    command, line, part, at, i, n, rows, titled) {
	if (!dovecot_runs || quotable(base_dir) == "")
		return
	command = limit "doveadm -O -o base_dir=" quotable(base_dir) " -f tab service status 2>/dev/null"
	titled = 0
	rows = ""
	while ((command | getline line) > 0) {
		n = split(line, part, "\t")
		if (!titled) {
			split("", at)
			for (i = 1; i <= n; i++)
				at[part[i]] = i
			titled = ("name" in at) && ("process_count" in at) && ("process_limit" in at)
		} else if (part[at["process_limit"]] > 1 && part[at["process_count"]] * 2 >= part[at["process_limit"]])
			rows = rows (rows == "" ? "" : ",") "[" json(part[at["name"]]) "," whole(part[at["process_count"]]) "," \
				whole(part[at["process_limit"]]) "]"
	}
	close(command)
	if (titled)
		cache("services", "{\"services\":[" rows "]}")
}
