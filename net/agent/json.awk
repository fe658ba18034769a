# SPDX-License-Identifier: MIT
# JSON out of awk. Texts are cut to what a reader takes; control characters are escaped.

function json_init(    i) {
	for (i = 1; i < 32; i++)
		escape[sprintf("%c", i)] = sprintf("\\u%04X", i)
	escape["\177"] = "\\u007F"
	escape["\""] = "\\\""
	escape["\\"] = "\\\\"
}

# A text in its quotes; at most 1,000 bytes of it.
function json(text,    out, i, c) {
	if (length(text) > 1000)
		text = substr(text, 1, 1000)
	if (text !~ /[\001-\037"\\\177]/)
		return "\"" text "\""
	out = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		out = out (c in escape ? escape[c] : c)
	}
	return "\"" out "\""
}

# The same, and null for what is empty.
function json_or_null(text) {
	return text == "" ? "null" : json(text)
}

# A whole number as it stands in a file of the kernel, or null.
function whole(text) {
	return text ~ /^[0-9]+$/ ? text : "null"
}

# Awks differ in how they print numbers over 2^31.
function big(number) {
	return sprintf("%.0f", number)
}
