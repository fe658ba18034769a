# SPDX-License-Identifier: MIT
# Reads what `doveadm user NAME…` prints (Dovecot 2.3 and 2.4) and prints one line a mailbox, in
# the same order, TAB between the fields and "-" for one that is empty:
#
#	home driver path layout index control alt owner
#
# All are "-" for a mailbox that the userdb does not know.
# Paths are absolute. 2.3 has one "mail" field (mdbox:~/mdbox:LAYOUT=index), 2.4 one for each.

function absolute(path) {
	if (path ~ /^~\//)
		return field["home"] substr(path, 2)
	return path
}

function or_dash(text) {
	return text == "" ? "-" : text
}

# mdbox:~/mdbox:LAYOUT=index:INDEX=/srv/index
function split_location(location, parts, count, i, equals) {
	count = split(location, parts, ":")
	field["mail_driver"] = parts[1]
	field["mail_path"] = parts[2]
	for (i = 3; i <= count; i++) {
		equals = index(parts[i], "=")
		option[substr(parts[i], 1, equals - 1)] = substr(parts[i], equals + 1)
	}
	field["mailbox_list_layout"] = option["LAYOUT"]
	field["mail_index_path"] = option["INDEX"]
	field["mail_control_path"] = option["CONTROL"]
	field["mail_alt_path"] = option["ALT"]
}

function finish() {
	if (!("home" in field))
		return
	if ("mail" in field)
		split_location(field["mail"])
	print or_dash(field["home"]) "\t" or_dash(field["mail_driver"]) "\t" \
		or_dash(absolute(field["mail_path"])) "\t" or_dash(field["mailbox_list_layout"]) "\t" \
		or_dash(absolute(field["mail_index_path"])) "\t" \
		or_dash(absolute(field["mail_control_path"])) "\t" \
		or_dash(absolute(field["mail_alt_path"])) "\t" or_dash(field["uid"])
	split("", field)
	split("", option)
}

BEGIN { FS = "\t" }
/^userdb lookup: user .* doesn't exist$/ {
	finish()
	print "-\t-\t-\t-\t-\t-\t-\t-"
}
$1 == "field" || NF < 2 { next }
$1 in field { finish() } # nothing stands between two mailboxes
{ field[$1] = $2 }
END { finish() }
