# SPDX-License-Identifier: MIT
# Where mailboxes keep their mail, from what Dovecot 2.3 or 2.4 says; seed-stores.sh feeds it:
#
#	--defaults		then lines of `doveconf mail_driver …` (2.4; none with 2.3)
#	--names			then the mailboxes, one a line
#	--userdb		then what `doveadm user NAME…` printed for them
#
# Prints one line a mailbox, in the same order, TAB between the fields, "-" for one that is empty,
# all "-" for a mailbox that the userdb does not know:
#
#	name home driver path layout index control alt owner
#
# 2.3 says all in one field (mail: mdbox:~/mdbox:LAYOUT=index). 2.4 has a field for each, and
# leaves out those that only the configuration sets.

function expand(text, at) {
	at = index(name[row], "@")
	gsub(/%\{user *\| *username\}/, substr(name[row], 1, at - 1), text)
	gsub(/%\{user *\| *domain\}/, substr(name[row], at + 1), text)
	gsub(/%\{user\}/, name[row], text)
	gsub(/%\{home\}/, field["home"], text)
	if (text ~ /^~\//)
		text = field["home"] substr(text, 2)
	return text == "" ? "-" : text
}

function setting(key) {
	return expand(key in field ? field[key] : fallback[key])
}

# mdbox:~/mdbox:LAYOUT=index:INDEX=/srv/index
function split_location(location, parts, count, i, equals, option) {
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
	row++
	if ("mail" in field)
		split_location(field["mail"])
	print name[row] "\t" setting("home") "\t" setting("mail_driver") "\t" setting("mail_path") "\t" \
		setting("mailbox_list_layout") "\t" setting("mail_index_path") "\t" \
		setting("mail_control_path") "\t" setting("mail_alt_path") "\t" setting("uid")
	split("", field)
}

BEGIN { FS = "\t" }
/^--(defaults|names|userdb)$/ { part = $0; next }
part == "--defaults" && /^[a-z_]+ = / { key = $0; sub(/ =.*/, "", key); sub(/^[a-z_]+ = /, ""); fallback[key] = $0 }
part == "--names" { name[++names] = $0 }
part != "--userdb" { next }
/^userdb lookup: user .* doesn't exist$/ {
	finish()
	print name[++row] "\t-\t-\t-\t-\t-\t-\t-\t-"
}
$1 == "field" || NF < 2 { next }
$1 in field { finish() } # nothing stands between two mailboxes
{ field[$1] = $2 }
END { finish() }
