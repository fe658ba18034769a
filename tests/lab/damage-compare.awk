# SPDX-License-Identifier: MIT
# Compares what damage-login showed before a damage (first file) and after (second file).
# Prints one line of NAME=NUMBER words:
#
#	refused=  folders that could not be opened, or the login that broke off
#	missing=  messages that are not in their folders any more, folders and subscriptions gone
#	gone=     of those, messages that are in no folder at all
#	extra=    messages that were not there before, duplicates too
#	lost=     folders with the name of a lost one
#	unseen=   messages that are there but have lost their \Seen
#	moved=    messages that are there but have another UID
#
#	-v late='ID ID'   messages that came to INBOX between the two

# (recovered-lost-folder- or lost-) and a GUID, at times with more behind it; or, with 2.4, the name
# twice and 16 digits.
function lost_name(name) {
	if (name ~ /(^|[^0-9A-Za-z])(recovered-lost-folder-|lost-)[0-9a-f]+/)
		return 1
	return match(name, /-[0-9a-f]+$/) && RLENGTH == 17
}

BEGIN { FS = "\t" }
FNR == 1 { file++ }
file == 1 && $1 == "message" {
	before[$2, $5]++
	anywhere[$5]++
	if ($4 == "seen")
		seen_before[$2, $5] = 1
	uid_before[$2, $5, $3] = 1
}
file == 1 && $1 == "folder" { folder[$2] = 1 }
file == 1 && $1 == "subscribed" { subscribed[$2] = 1 }
file == 2 && $1 == "message" {
	after[$2, $5]++
	anywhere_after[$5]++
	if ($4 == "seen")
		seen_after[$2, $5] = 1
	uid_after[$2, $5, $3] = 1
}
file == 2 && $1 == "folder" {
	folder_after[$2] = 1
	if ($3 == "refused")
		refused++
	if (lost_name($2))
		lost++
}
file == 2 && $1 == "subscribed" { subscribed_after[$2] = 1 }
file == 2 && $1 == "end" && $2 != "ok" { refused++ }
END {
	count = split(late, ids, " ")
	for (i = 1; i <= count; i++) {
		before["INBOX", ids[i]] = 1
		anywhere[ids[i]] = 1
	}
	for (place in before)
		if (before[place] > after[place])
			missing += before[place] - after[place]
	for (place in after)
		if (after[place] > before[place])
			extra += after[place] - before[place]
	for (id in anywhere)
		if (!(id in anywhere_after))
			gone++
	for (name in folder)
		if (!(name in folder_after))
			missing++
	for (name in subscribed)
		if (!(name in subscribed_after))
			missing++
	for (place in seen_before)
		if (after[place] && !(place in seen_after))
			unseen++
	for (place in uid_before) {
		split(place, part, SUBSEP)
		if (after[part[1], part[2]] && !(place in uid_after))
			moved++
	}
	printf "refused=%d missing=%d gone=%d extra=%d lost=%d unseen=%d moved=%d\n", refused, missing,
		gone, extra, lost, unseen, moved
}
