/* base/json_check.c - the grammar of RFC 8259, to the letter, with a cap on depth.
 *
 * cJSON alone takes trailing bytes, raw control characters, invalid UTF-8, 012
 * and 0x10, and cuts strings at \u0000. This scanner builds nothing and recurses at
 * most JSON_DEPTH_MAX levels; what it lets through, cJSON reads the way it is meant. */
#include "base/json_check.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define NUMBER_CHARS_MAX 60 /* cJSON looks at 63 */

struct scan {
	const char *s;
	size_t n, at;
	unsigned depth;
	struct json_numbers *numbers;
};

static const char *value(struct scan *p);

static int peek(const struct scan *p)
{
	return p->at < p->n ? (unsigned char)p->s[p->at] : -1;
}

static bool take(struct scan *p, char c)
{
	if (peek(p) != (unsigned char)c)
		return false;
	p->at++;
	return true;
}

static void skip_blanks(struct scan *p)
{
	while (peek(p) == ' ' || peek(p) == '\t' || peek(p) == '\n' || peek(p) == '\r')
		p->at++;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool take_hex4(struct scan *p, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++, p->at++) {
		int c = peek(p);

		if (is_digit(c))
			v = v << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f' && c > 0)
			v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static const char *escape(struct scan *p)
{
	uint32_t high, low;
	int c = peek(p);

	p->at++;
	if (c > 0 && strchr("\"\\/bfnrt", c))
		return NULL;
	if (c != 'u' || !take_hex4(p, &high))
		return "an escape that is none";
	if (high == 0)
		return "a NUL inside a string";
	if (high >= 0xDC00 && high <= 0xDFFF)
		return "half a surrogate pair";
	if (high >= 0xD800 && high <= 0xDBFF &&
	    (!take(p, '\\') || !take(p, 'u') || !take_hex4(p, &low) || low < 0xDC00 ||
	     low > 0xDFFF))
		return "half a surrogate pair";
	return NULL;
}

static const char *string(struct scan *p)
{
	const char *wrong;
	int c;

	if (!take(p, '"'))
		return "no string where one belongs";
	while ((c = peek(p)) != '"') {
		if (c < 0)
			return "a string without an end";
		if (c < 0x20)
			return "a control character inside a string";
		p->at++;
		if (c == '\\') {
			wrong = escape(p);
			if (wrong)
				return wrong;
		}
	}
	p->at++;
	return NULL;
}

static void remember(struct json_numbers *list, struct json_number number)
{
	if (list->n == list->size) {
		list->size = list->size ? 2 * list->size : 16;
		list->items = xrealloc(list->items, list->size, sizeof(*list->items));
	}
	list->items[list->n++] = number;
}

static bool take_digits(struct scan *p)
{
	if (!is_digit(peek(p)))
		return false;
	while (is_digit(peek(p)))
		p->at++;
	return true;
}

static const char *number(struct scan *p)
{
	size_t from = p->at;
	bool integer = true;

	take(p, '-');
	if (!take(p, '0') && !take_digits(p))
		return "not a value";
	if (take(p, '.')) {
		integer = false;
		if (!take_digits(p))
			return "a number without digits after its point";
	}
	if (take(p, 'e') || take(p, 'E')) {
		integer = false;
		if (!take(p, '+'))
			take(p, '-');
		if (!take_digits(p))
			return "a number without digits in its exponent";
	}
	if (p->at - from > NUMBER_CHARS_MAX)
		return "a number of too many digits";
	remember(p->numbers,
		 (struct json_number){(uint32_t)from, (uint32_t)(p->at - from), integer});
	return NULL;
}

static const char *literal(struct scan *p, const char *word)
{
	size_t n = strlen(word);

	if (p->n - p->at < n || memcmp(p->s + p->at, word, n) != 0)
		return "not a value";
	p->at += n;
	return NULL;
}

static const char *member(struct scan *p)
{
	const char *wrong;

	skip_blanks(p);
	wrong = string(p);
	if (wrong)
		return wrong;
	skip_blanks(p);
	return take(p, ':') ? value(p) : "no colon after a name";
}

/* An array or an object, from its opening bracket on. */
static const char *container(struct scan *p, char close, const char *(*item)(struct scan *))
{
	const char *wrong;

	p->at++;
	if (++p->depth > JSON_DEPTH_MAX)
		return "nested too deeply";
	skip_blanks(p);
	if (!take(p, close)) {
		do {
			wrong = item(p);
			if (wrong)
				return wrong;
			skip_blanks(p);
		} while (take(p, ','));
		if (!take(p, close))
			return "neither a comma nor an end";
	}
	p->depth--;
	return NULL;
}

static const char *value(struct scan *p)
{
	skip_blanks(p);
	switch (peek(p)) {
	case '{':
		return container(p, '}', member);
	case '[':
		return container(p, ']', value);
	case '"':
		return string(p);
	case 't':
		return literal(p, "true");
	case 'f':
		return literal(p, "false");
	case 'n':
		return literal(p, "null");
	default:
		return number(p);
	}
}

const char *json_check(const char *s, size_t n, struct json_numbers *numbers, size_t *at)
{
	struct scan p = {.s = s, .n = n, .numbers = numbers};
	const char *wrong;

	*at = 0;
	if (n > UINT32_MAX)
		return "too long";
	if (!text_is_utf8(s, n))
		return "not UTF-8";
	wrong = value(&p);
	if (!wrong) {
		skip_blanks(&p);
		if (p.at < n)
			wrong = "more after its end";
	}
	*at = p.at;
	return wrong;
}
