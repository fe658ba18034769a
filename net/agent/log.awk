# SPDX-License-Identifier: MIT
# The log, from where it was left: by inode and offset, whole lines, a bounded piece at a time.
#
#	logs[1..log_count]	files; quoted for a command line in log_quoted
#	log_inode log_offset	where the next piece begins; no inode before the first look
#	log_rest		the beginning of a line whose end was not yet written

function log_init() {
	LOG_PIECE = 1048576
	LOG_FAR = 16777216
	log_count = log_expected = 0
	error_count = 0
	logins = failures = deliveries = 0
	rates = log_since = ""
	split("", delivered)
}

function log_add(path,    i) {
	for (i = 1; i <= log_count; i++)
		if (logs[i] == path)
			return
	if (quotable(path) == "" || path ~ /^\/dev\//)
		return
	logs[++log_count] = path
	log_quoted[log_count] = quotable(path)
}

# inode and size of file I; the kernel's own numbers, as texts.
function log_stat(path, into,    command, line, part) {
	command = "exec ls -iLnd " path " 2>/dev/null"
	line = ""
	if ((command | getline line) < 0)
		line = ""
	close(command)
	into["inode"] = into["size"] = ""
	if (split(line, part, " ") > 5 && part[1] ~ /^[0-9]+$/ && part[6] ~ /^[0-9]+$/) {
		into["inode"] = part[1]
		into["size"] = part[6] + 0
	}
}

function log_readable(path,    line, got) {
	got = (getline line < path)
	close(path)
	return got >= 0
}

# Bytes [FROM, TO) of a file. The mark behind tells whether the last line was whole.
function log_piece(i, path, from, to,    command, line, held, n) {
	if (to <= from)
		return
	command = "tail -c +" big(from + 1) " " path " 2>/dev/null | head -c " big(to - from) "; echo @"
	n = 0
	while ((command | getline line) > 0) {
		if (n++ > 0) {
			log_line(log_rest[i] held)
			log_rest[i] = ""
		}
		held = line
	}
	close(command)
	if (n && held != "@")
		log_rest[i] = substr(log_rest[i] held, 1, length(log_rest[i] held) - 1)
	if (length(log_rest[i]) > 65536)
		log_rest[i] = ""
}

# False when the file could not be read, or too much was passed over to count.
function log_file(i,    now, old, from, counted) {
	log_stat(log_quoted[i], now)
	if (now["inode"] == "" || !log_readable(logs[i])) {
		log_unread = logs[i]
		return 0
	}
	counted = (i in log_inode)
	if (!counted) {
		log_offset[i] = now["size"]
	} else if (now["inode"] != log_inode[i]) {
		log_stat(quotable(logs[i] ".1"), old)
		if (old["inode"] == log_inode[i] && old["size"] - log_offset[i] <= LOG_PIECE)
			log_piece(i, quotable(logs[i] ".1"), log_offset[i], old["size"])
		log_offset[i] = 0
		log_rest[i] = ""
	} else if (now["size"] < log_offset[i]) {
		log_offset[i] = 0
		log_rest[i] = ""
	}
	log_inode[i] = now["inode"]
	if (now["size"] - log_offset[i] > LOG_FAR) {
		log_offset[i] = now["size"]
		log_rest[i] = ""
		return 0
	}
	from = log_offset[i]
	if (now["size"] - from > LOG_PIECE)
		now["size"] = from + LOG_PIECE
	log_piece(i, log_quoted[i], from, now["size"])
	log_offset[i] = now["size"]
	return counted
}

function log_job(now,    i, good) {
	good = log_count
	log_unread = ""
	for (i = 1; i <= log_count; i++)
		if (!log_file(i))
			good = 0
	if (log_since != "" && log_expected)
		rates = "{\"rates\":{\"seconds\":" sprintf("%.2f", now - log_since) ",\"logins\":" log_figure(good, logins) \
			",\"failures\":" log_figure(good, failures) ",\"deliveries\":" log_figure(good, deliveries) "}}"
	if (log_unread != "")
		problem("log", "this user may not read " log_unread ", or it is not there: no logins, failures or deliveries are counted", \
			"log in as a user who may (group adm or root), or " PREPARE)
	else if (log_count)
		mended("log")
	log_since = now
	logins = failures = deliveries = 0
}

# What the last look counted.
function rates_tell(    name) {
	if (rates == "")
		return
	say(rates)
	rates = ""
	for (name in delivered)
		list("delivered", "[" json(name) "," delivered[name] "]")
	split("", delivered)
}

function log_figure(good, number) {
	return good ? number : "null"
}

# What a line counts as. A name in it may hold anything, so its beginning decides.
function log_line(line,    at, text) {
	if (line ~ /: (Error|Fatal|Panic): /)
		log_error(line)
	at = index(line, "-login: ")
	if (at) {
		text = substr(line, at + 8)
		if (index(text, "Info: ") == 1)
			text = substr(text, 7)
		if (index(text, "Login: ") == 1 || index(text, "Logged in: ") == 1)
			logins++
		else {
			sub(/: user=<.*/, "", text)
			if (match(text, /\(auth failed, [0-9]+ attempts/))
				failures += substr(text, RSTART + 14, RLENGTH - 23)
		}
		return
	}
	if (line ~ /: (saved mail to|stored mail into mailbox) /) {
		deliveries++
		if (!log_delivered(line, "lmtp(", ")<"))
			log_delivered(line, "lda(", ")<")
	} else if (line ~ /postfix[^ ]*\/(virtual|local)\[[0-9]+\]: .* status=sent \(delivered to (maildir|mailbox)/) {
		deliveries++
		log_delivered(line, " to=<", ">,")
	}
}

# A mailbox stands between two marks.
function log_delivered(line, before, after,    from, to) {
	from = index(line, before)
	if (!from)
		return 0
	line = substr(line, from + length(before))
	to = index(line, after)
	if (to > 1)
		delivered[substr(line, 1, to - 1)]++
	return 1
}

# The newest ten; doveadm log find writes one only to look for it.
function log_error(line) {
	if (index(line, "This is Dovecot\047s ") || index(line, "status=sent"))
		return
	error_line[error_count++ % 10] = substr(line, 1, 400)
}

function errors_tell(    i, first) {
	first = error_count > 10 ? error_count - 10 : 0
	for (i = first; i < error_count; i++)
		list("errors", json(error_line[i % 10]))
	error_count = 0
}
