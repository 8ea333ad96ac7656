/* base/json_str.c - JSON string literals that are safe on a terminal. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/text_internal.h"

static void put_escape(struct strbuf *out, uint32_t c)
{
	static const char controls[] = "\b\t\n\f\r", letters[] = "btnfr";
	const char *known = c ? strchr(controls, (int)c) : NULL;

	if (c < 0x20 && known)
		strbuf_printf(out, "\\%c", letters[known - controls]);
	else
		strbuf_printf(out, "\\u%04x", (unsigned)c);
}

static bool needs_escape(uint32_t c)
{
	return text_is_control(c) || text_is_bidi_control(c) || c == 0x2028 || c == 0x2029;
}

void json_write_str(struct strbuf *out, const char *s, size_t n)
{
	size_t plain = 0; /* what waits to be copied as it is starts here */
	uint32_t c;

	strbuf_putc(out, '"');
	for (size_t i = 0; i < n;) {
		size_t width = text_decode(s + i, n - i, &c);
		bool invalid = width == 1 && c >= 0x80;

		if (invalid || c == '"' || c == '\\' || needs_escape(c)) {
			strbuf_add(out, s + plain, i - plain);
			plain = i + width;
			if (invalid)
				strbuf_puts(out, "\xEF\xBF\xBD");
			else if (c == '"' || c == '\\')
				strbuf_printf(out, "\\%c", (int)c);
			else
				put_escape(out, c);
		}
		i += width;
	}
	strbuf_add(out, s + plain, n - plain);
	strbuf_putc(out, '"');
}
