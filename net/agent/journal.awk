# SPDX-License-Identifier: MIT
# A record of the journal, all but its hash; the record before it comes on standard input.

function journal_record(    before, line, seq, prev, outcome) {
	seq = 0
	prev = ""
	while ((getline line) > 0)
		before = line
	if (match(before, /"seq":[0-9]+/))
		seq = substr(before, RSTART + 6, RLENGTH - 6) + 0
	if (match(before, /"hash":"[0-9a-f]+"[}][}]$/))
		prev = substr(before, RSTART + 8, RLENGTH - 11)
	outcome = ""
	if (ENVIRON["OUTCOME"] != "") {
		while ((getline line < ENVIRON["OUTCOME"]) > 0)
			outcome = outcome line
		outcome = ",\"outcome\":" outcome
	}
	print "{\"journal\":{\"seq\":" big(seq + 1) ",\"clock\":" whole(ENVIRON["CLOCK"]) ",\"job\":" json(ENVIRON["JOB"]) \
		",\"unit\":" whole(ENVIRON["UNIT"]) ",\"mailbox\":" json_or_null(ENVIRON["MAILBOX"]) ",\"act\":" json(ENVIRON["ACT"]) \
		",\"who\":" json(ENVIRON["WHO"]) ",\"text\":" json_or_null(ENVIRON["TEXT"]) outcome ",\"prev\":\"" prev "\""
}
