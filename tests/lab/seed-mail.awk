# SPDX-License-Identifier: MIT
# Prints the IMAP commands that fill one mailbox, for `imap -u NAME`; the same every time.
#
#	-v messages=K   messages that INBOX shows at the end
#	-v template=T   0…4, which of the mixtures
#	-v prefix=P -v separator=S   of the personal namespace
#	-v archive=A    prefix of a namespace to fill as well; empty: none
#	-v part=1       folders, messages, copies; -v part=2  what was moved and expunged
#
# INBOX gets K messages, every 2nd seen. A tenth is copied to Work, some of those twice into
# INBOX, so that one GUID is in several places. What part 2 expunges stays in mdbox's files until
# a purge. LC_ALL=C: literals count bytes.

function random(below) {
	seed = (seed * 16807) % 2147483647
	return seed % below
}

function share(part) {
	return messages < 4 ? 0 : messages < 2 * part ? 1 : int(messages / part)
}

function command(text) {
	printf "c%d %s\r\n", ++commands, text
}

# The name of a folder by its parts, as an IMAP string.
function folder(a, b, c) {
	return "\"" prefix a (b == "" ? "" : separator b) (c == "" ? "" : separator c) "\""
}

function flags(number, list) {
	list = number % 2 ? "" : "\\Seen"
	if (number % 7 == 0)
		list = list " \\Flagged"
	if (number % 9 == 0)
		list = list " \\Answered"
	if (number % 5 == 0)
		list = list " $Label1"
	if (number % 3 == 0)
		list = list " NonJunk"
	sub(/^ /, "", list)
	return "(" list ")"
}

function message(place, number, text, lines, i) {
	text = "From: Person " (number % 13) " <person" (number % 13) "@example.org>\r\n" \
		"To: reader@example.net\r\n" \
		"Subject: " (number % 4 ? "Report" : "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=") " " place " " number "\r\n" \
		"Date: " (1 + number % 28) " " month[1 + int(number / 28) % 12] " 2026 09:00:00 +0000\r\n" \
		"Message-ID: <" template "." place "." number "@example.org>\r\n\r\n"
	# Bodies hold lines that look like a store's own: they must not confuse anyone who counts.
	if (number % 6 == 0)
		text = text "BINBOX\r\nFrom nobody Mon Mar  2 09:00:00 2026\r\n"
	lines = 4 + random(60)
	for (i = 0; i < lines; i++)
		text = text "Line " i " of the letter, so many words that it is as long as most.\r\n"
	return text
}

# Appends COUNT messages to a folder, fifty a command.
function append(name, place, count, number, text) {
	for (number = 1; number <= count; number++) {
		if (number % 50 == 1)
			printf "c%d APPEND %s", ++commands, name
		text = message(place, number)
		printf " %s \"%02d-%s-2026 09:%02d:00 +0000\" {%d+}\r\n%s", flags(number),
			1 + number % 28, month[1 + int(number / 28) % 12], number % 60, length(text), text
		if (number % 50 == 0 || number == count)
			printf "\r\n"
	}
}

function make(name) {
	command("CREATE " name)
	command("SUBSCRIBE " name)
}

function part1(copied, twice) {
	append("INBOX", "inbox", messages + 1 + share(10)) # copied twice: as many as moved away
	command("SUBSCRIBE INBOX")
	make(folder("Work"))
	append(folder("Work"), "work", int(messages / 2))
	make(folder("Work", "2024"))
	append(folder("Work", "2024"), "work2024", int(messages / 4))
	if (template != 3) {
		make(folder("Sent"))
		append(folder("Sent"), "sent", 1 + int(messages / 4))
		make(folder("Entw&APw-rfe"))
		append(folder("Entw&APw-rfe"), "drafts", 2)
	}
	if (template == 1 || template == 4) {
		make(folder("&ZeVnLIqe-"))
		append(folder("&ZeVnLIqe-"), "nihongo", 2)
		make(folder("Two words"))
		append(folder("Two words"), "words", 1)
		make(folder("Ann's \\\"list\\\""))
		append(folder("Ann's \\\"list\\\""), "list", 3)
		make(folder("Work", "2024", "Entw&APw-rfe"))
		command("CREATE " folder("Trash"))
	}
	copied = share(10)
	twice = share(20)
	command("SELECT INBOX")
	if (copied)
		command("COPY 1:" copied " " folder("Work"))
	if (copied && template != 3)
		command("COPY 1 " folder("Entw&APw-rfe"))
	if (twice)
		command("COPY 1:" twice " INBOX")
	if (archive != "") {
		command("CREATE \"" archive "2023\"")
		append("\"" archive "2023\"", "archive", 3)
		command("COPY 2:3 \"" archive "2023\"")
	}
}

function part2(last, moved) {
	# The last of those that came by APPEND; the copies in INBOX have higher UIDs.
	moved = share(20)
	last = messages + 1 + share(10)
	expunge("INBOX", last - moved - share(10) ":" last - moved)
	if (moved)
		command("UID MOVE " last - moved + 1 ":" last " " folder("Work"))
	if (messages >= 2)
		expunge(folder("Work"), "1")
}

# By UID, and SELECT again: commands come without waiting, and Dovecot puts off its syncs then.
function expunge(name, uids) {
	command("SELECT " name)
	command("UID STORE " uids " +FLAGS.SILENT (\\Deleted)")
	command("SELECT " name)
	command("UID EXPUNGE " uids)
}

BEGIN {
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", month, " ")
	seed = 7919 * (template + 1)
	if (part == 1)
		part1()
	else
		part2()
	command("LOGOUT")
}
