# SPDX-License-Identifier: MIT
# The persistent process: a request is a line, an answer is lines that leave in one piece.

function say(line) {
	out = out line "\n"
	if (length(out) > 30000)
		flush_out()
}

function flush_out() {
	print out
	fflush()
	out = ""
}

# Rows of one kind leave as lines of moderate length.
function list(kind, row) {
	if (kind != list_kind || length(list_rows) > 8000)
		list_end()
	list_kind = kind
	list_rows = list_rows (list_rows == "" ? "" : ",") row
}

function list_end() {
	if (list_rows != "")
		say("{\"" list_kind "\":[" list_rows "]}")
	list_rows = list_kind = ""
}

function problem(what, text, mend) {
	if (wrong[what] == text)
		return
	wrong[what] = text
	mend_of[what] = mend
	problems_moved = 1
}

function mended(what) {
	if (what in wrong && wrong[what] != "") {
		delete wrong[what]
		problems_moved = 1
	}
}

function problems_tell(full,    what, rows) {
	if (!full && !problems_moved)
		return
	problems_moved = 0
	rows = ""
	for (what in wrong)
		if (wrong[what] != "")
			rows = rows (rows == "" ? "" : ",") "[" json(what) "," json(wrong[what]) "," json(mend_of[what]) "]"
	say("{\"problems\":[" rows "]}")
}

# Processes the console was told of by Dovecot itself.
function watch_request(    part, i, n, pid) {
	if (!anvil_mode) {
		sessions_clear()
		anvil_mode = mode_moved = 1
	}
	n = split($0, part, /[ \t]+/)
	for (i = 2; i <= n; i++) {
		pid = substr(part[i], 2)
		if (pid !~ /^[0-9]+$/ || length(pid) > 9 || pid + 0 == 0)
			continue
		if (part[i] ~ /^\+/ && !(pid in slot))
			watch_add(pid)
		else if (part[i] ~ /^-/)
			watch_drop(pid)
	}
}

function sample_request(seq, full, anvil, all,    now, passed) {
	now = proc_uptime()
	passed = now - last_sample
	last_sample = now
	if (all)
		slow_all(now)
	if (anvil != anvil_mode) {
		sessions_clear()
		anvil_mode = anvil
		mode_moved = 1
	}
	if (mode_moved)
		full = 1
	mode_moved = 0
	say("{\"sample\":{\"seq\":" seq (full ? ",\"full\":true" : "") ",\"uptime\":" sprintf("%.2f", now) \
		",\"load\":" proc_load() ",\"cpu\":" proc_cpu() "}}")
	if (full || now - proc_looked >= 5) {
		proc_looked = now
		proc_memory(full)
		proc_pressure(full)
	}
	if (full && !anvil)
		sessions_clear()
	else if (full)
		watch_retell()
	if (!anvil)
		sessions_sample(now)
	list_end()
	watch_sample(now, passed)
	list_end()
	rates_tell()
	list_end()
	cached_tell("queue", full)
	cached_tell("services", full)
	cached_tell("disks", full)
	errors_tell()
	list_end()
	cached_tell("facts", full)
	problems_tell(full)
	say("{\"end\":" seq "}")
	flush_out()
	slow_jobs(now, passed)
}

BEGIN {
	ORS = ""
	PREPARE = "set become to \"sudo -n\" for this host and run: mailmend hosts prepare HOST"
	BECOME = "log in as root, or " PREPARE
	out = list_rows = list_kind = ""
	base_dir = ENVIRON["AGENT_BASE"]
	limit = ENVIRON["AGENT_LIMIT"]
	awk_name = ENVIRON["AGENT_AWK"]
	facts_script = ENVIRON["AGENT_FACTS"]
	queue_script = ENVIRON["AGENT_QUEUE"]
	rows_come = ENVIRON["AGENT_ROWS"] != ""
	anvil_mode = mode_moved = problems_moved = 0
	last_sample = proc_looked = 0
	json_init()
	watch_init()
	sessions_init()
	log_init()
	slow_init()
	if (first_line("/proc/1/stat") == "")
		problem("io", "this user cannot see the processes of others in /proc (hidepid): no CPU, no bytes read and written", BECOME)
}

# What stands before the awk, where it does, marks its own lines.
rows_come && /^\001/ {
	who_row[++who_rows] = substr($0, 2)
	next
}

rows_come && /^\002/ {
	who_head(substr($0, 2))
	next
}

{
	fields = split($0, word, /[ \t]+/)
	if (word[1] == "pids")
		watch_request()
	else if (word[1] == "sample" && word[2] ~ /^[0-9]+$/ && length(word[2]) < 16) {
		full = anvil = all = 0
		for (i = 3; i <= fields; i++) {
			if (word[i] == "full")
				full = 1
			else if (word[i] == "anvil")
				anvil = 1
			else if (word[i] == "all")
				all = 1
		}
		sample_request(word[2], full, anvil, all)
	} else {
		say("{\"error\":\"no such request; there are sample and pids\"}")
		flush_out()
	}
}
