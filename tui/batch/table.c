/* SPDX-License-Identifier: MIT */
#include "tui/batch/table.h"

#include <math.h>

#include "core/base/utf8.h"
#include "tui/text.h"

#define ROWS_KEPT 500

int plain_add(struct str *out, const char *text, bool lines)
{
	size_t len = strlen(text);
	int total = 0;

	for (size_t at = 0; at < len;) {
		struct text_char next = text_next(text + at, len - at);
		char bytes[4];

		if (lines && text[at] == '\n') {
			str_addc(out, '\n');
		} else {
			str_add(out, bytes, utf8_put(next.code, bytes));
			total += next.width;
		}
		at += next.size;
	}
	return total;
}

static void add_spaces(struct str *out, int count)
{
	for (; count > 0; count--)
		str_addc(out, ' ');
}

static void add_cell(struct str *out, const struct table *table, size_t column, const char *text,
	size_t len, int width)
{
	int room = table->widths[column] - width;
	bool last = column + 1 == table->count;

	if (table->columns[column].align == 'r')
		add_spaces(out, room);
	str_add(out, text, len);
	if (last)
		str_addc(out, '\n');
	else
		add_spaces(out, table->columns[column].align == 'r' ? 2 : room + 2);
}

static void flush_rows(struct table *table)
{
	struct str out = { 0 };

	for (size_t i = 0; i < table->cells.count; i++) {
		const struct table_cell *cell = &table->cells.items[i];

		add_cell(&out, table, i % table->count, table->texts.data + cell->start, cell->len,
			cell->width);
	}
	fwrite(str_text(&out), 1, out.len, table->out);
	str_release(&out);
	str_clear(&table->texts);
	vec_clear(&table->cells);
}

void table_begin(struct table *table, FILE *out, const struct table_column *columns)
{
	*table = (struct table){ .out = out, .columns = columns };
	while (columns[table->count].head && table->count < TABLE_COLUMNS)
		table->count++;
	for (size_t i = 0; i < table->count; i++)
		table_text(table, columns[i].head);
}

void table_text(struct table *table, const char *text)
{
	size_t column = table->cells.count % table->count;
	struct table_cell *cell;

	if (!column && table->cells.count >= ROWS_KEPT * table->count)
		flush_rows(table);
	cell = vec_add(&table->cells);
	cell->start = table->texts.len;
	cell->width = plain_add(&table->texts, text && *text ? text : "-", false);
	cell->len = table->texts.len - cell->start;
	if (cell->width > table->widths[column])
		table->widths[column] = cell->width;
}

void table_whole(struct table *table, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	table_text(table, number < 0 ? NULL : text);
}

void table_real(struct table *table, double number, int digits)
{
	char text[400];

	snprintf(text, sizeof(text), "%.*f", digits, number);
	table_text(table, isfinite(number) ? text : NULL);
}

void table_age(struct table *table, int64_t ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1fs", (double)ms / 1000);
	table_text(table, ms < 0 ? NULL : text);
}

void table_end(struct table *table)
{
	flush_rows(table);
	str_release(&table->texts);
	vec_release(&table->cells);
}
