#!/bin/bash
# SPDX-License-Identifier: MIT
# The agent's check on real hosts: every kind of damage in every format is found for what it is,
# nothing is found in healthy mailboxes, and nothing changes.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

formats=(mdbox sdbox maildir mdbox-index sdbox-index)
fleet_up --hosts 5 --format mixed --mailboxes 48 --messages 20
shared=$MAILMEND_LAB/shared
check "the agent is assembled" sh "$root/net/agent/assemble" "$shared/agent"
cp "$root/tests/hosts/check-host" "$shared/"
chmod 644 "$shared/agent"

for i in "${!formats[@]}"; do
	lab exec "mail$((i + 1))" bash /run/lab/shared/check-host "${formats[i]}" /run/lab/shared/agent \
		"/run/lab/shared/${formats[i]}" >"$work/host.$i" 2>&1 &
done
wait

# verdicts FORMAT: "ok TEXT" and "not ok TEXT" lines.
verdicts() {
	python3 - "$shared/$1" "$1" <<'PYTHON'
import json, sys
out, name = sys.argv[1:]
damaged = [line.rstrip("\n").split("\t") for line in open(out + ".damaged", encoding="utf-8")]
answers, held = {}, {}
for line in open(out + ".json", encoding="utf-8", errors="surrogateescape"):
    assert len(line) <= 65536, "a line is too long"
    for key, value in json.loads(line).items():
        if key in ("folders", "findings"):
            held.setdefault(key, []).extend(value)
        elif key == "forecast":
            held[key] = value
        elif key == "checked":
            answers[value["mailbox"]] = dict(held, checked=value)
            held = {}


def say(good, text, more=""):
    print(("ok " if good else "not ok ") + name + ": " + text + ("" if good else "\t" + str(more)))


for mailbox, kind, before, classes in damaged:
    answer = answers.pop(mailbox, {})
    findings = answer.get("findings", [])
    seen = {finding[0] for finding in findings}
    unreadable = any(finding[2] == "not-readable" for finding in findings)
    if before == "unseen":
        say(not findings, kind + " cannot be seen, and is not", findings)
        continue
    if before == "may" and not findings:
        continue
    good = bool(findings) and (classes == "none" or before == "may" or bool(seen & set(classes.split("/"))))
    say(good, kind + " is found as " + classes, answer)
    if any(finding[4] == "resync" for finding in findings) and not unreadable:
        say(answer.get("forecast", {}).get("result") in ("ok", "part", "worse"), kind + " is rehearsed", answer)
    if unreadable:
        say(answer.get("forecast", {}).get("result") == "refused", kind + ": no repair while it is shut", answer)
wrong = [a for a in answers.values() if "findings" in a and a["findings"]]
say(not wrong, "nothing is found in healthy mailboxes", wrong)
never = [m for m, a in answers.items() if m.startswith("u") and int(m[1:].split("@")[0]) % 12 == 0]
say(never and all(answers[m]["checked"]["code"] == 69 for m in never), "those that were never opened are told", never)
rest = [a["checked"] for m, a in answers.items() if m not in never and not a["checked"].get("error")]
say(len(rest) > 5 and all(a["ok"] and a["stored"] == a["visible"] for a in rest), "of healthy ones all that is stored is visible", rest)
PYTHON
}

for format in "${formats[@]}"; do
	before=$number
	while IFS=$'\t' read -r text more; do
		printf '%s\n' "$more" >"$out"
		case $text in
		"ok "*) verdict 0 "${text#ok }" ;;
		"not ok "*) verdict 1 "${text#not ok }" ;;
		*) verdict 1 "$format: $text" ;;
		esac
	done < <(verdicts "$format" 2>&1)
	check "$format: it was checked" [ "$number" -gt $((before + 10)) ]
	cp "$shared/$format.changed" "$out" 2>/dev/null
	check "$format: nothing changed" sh -c '[ -e "$1" ] && [ ! -s "$1" ]' - "$shared/$format.changed"
	cp "$shared/$format.left" "$out" 2>/dev/null
	check "$format: nothing is left behind" sh -c '[ -e "$1" ] && [ ! -s "$1" ]' - "$shared/$format.left"
done

# ask HOST SHELL AWK DEPTH MAILBOX…: what a check says of them, under a shell and an awk.
ask() {
	local host=$1 shell=$2 awk=$3 depth=$4
	shift 4
	printf "check\t%s\t$depth\n" "$@" >"$shared/requests"
	# shellcheck disable=SC2016 # for the shell there
	lab exec "$host" sh -c 'mkdir -p /tmp/awk && ln -sfn "$(command -v "${2%% *}")" /tmp/awk/awk && PATH=/tmp/awk:$PATH &&
		exec $1 /run/lab/shared/agent view check </run/lab/shared/requests' - "$shell" "$awk" >"$out" 2>"$talk"
}

# the part of an answer that does not depend on when it was given
sorted() {
	python3 -c '
import json, sys
for line in sys.stdin:
    answer = json.loads(line)
    for key in ("folders", "findings"):
        if key in answer:
            answer[key] = sorted(answer[key], key=str)
    if "checked" in answer:
        answer["checked"]["seconds"] = 0
    if "hello" not in answer:
        print(json.dumps(answer, sort_keys=True))'
}

for host in 1 2 3 4 5; do
	format=${formats[host - 1]}
	mapfile -t some < <(cut -f1 "$shared/$format.damaged" | sed -n '1p; 5p; 12p; $p')
	first=
	for pair in 'dash mawk' 'bash gawk' 'busybox_sh busybox_awk'; do
		read -r shell awk <<<"$pair"
		if ! lab exec "mail$host" sh -c 'command -v "$1" && command -v "$2"' - "${shell%%_*}" "${awk%%_*}" >"$out" 2>&1; then
			skip "$format: $pair" "not on this host"
			continue
		fi
		ask "mail$host" "${shell/_/ }" "${awk/_/ }" 2 "${some[@]}"
		said=$(grep -c '"checked"' "$out")-$(sorted <"$out" | sed 's/at offset [0-9]*//; s/[0-9a-f]\{32\}//g; s/\[2[0-9-]* [0-9:]*\]//g' | sha256sum)
		first=${first:-$said}
		is "$format: $pair say the same" "$said" "$first"
	done
done

ask mail1 sh mawk 2 nobody@example.org
is "a mailbox that is not there" "$(rows '[r["checked"]["code"] for r in rows if "checked" in r]')" '[67]'
ask mail1 sh mawk 2 'u*@example.org'
is "a pattern is no mailbox" "$(rows '[r["checked"]["code"] for r in rows if "checked" in r]')" '[67]'
