/* platforms/mastodon_html.c - a listed status's HTML as the text that it shows, and the same form of a text as written.
 *
 * Servers turn text into paragraphs, breaks, links and spans, shorten "@user@host" to "@user", and fold
 * white space. Both sides are brought to one form, so that equal means equal but for that. A server that
 * changes more makes them differ, which costs a person's look and never a second post. */
#include "platforms/mastodon.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/text.h"
#include "platforms/richtext.h"

/* Appends code point cp, runs of white space as one space and none at the start. */
static void add_char(struct strbuf *out, const char *s, size_t n, uint32_t cp)
{
	if (!(char_class(cp) & CHAR_SPACE))
		strbuf_add(out, s, n);
	else if (out->len > 0 && out->data[out->len - 1] != ' ')
		strbuf_putc(out, ' ');
}

static void add_text(struct strbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = text_decode(s + i, n - i, &cp);

		add_char(out, s + i, len, cp);
		i += len;
	}
}

static void trim_end(struct strbuf *out)
{
	if (out->len > 0 && out->data[out->len - 1] == ' ')
		strbuf_truncate(out, out->len - 1);
}

static size_t encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* The entity at s ("&...;"): its length, and the code point; 0 if it is none that we know. */
static size_t entity(const char *s, uint32_t *cp)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} named[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
		     {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xa0}};
	char *end;
	unsigned long v;
	bool hex;

	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (strncmp(s, named[i].name, strlen(named[i].name)) == 0) {
			*cp = named[i].cp;
			return strlen(named[i].name);
		}
	if (s[1] != '#')
		return 0;
	hex = s[2] == 'x' || s[2] == 'X';
	if (strchr(hex ? "0123456789abcdefABCDEF" : "0123456789", s[hex ? 3 : 2]) == NULL ||
	    s[hex ? 3 : 2] == '\0')
		return 0;
	v = strtoul(s + (hex ? 3 : 2), &end, hex ? 16 : 10);
	if (*end != ';' || v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = (uint32_t)v;
	return (size_t)(end + 1 - s);
}

/* Tags between which a reader sees a gap. */
static bool is_block(const char *tag)
{
	static const char *const blocks[] = {"p",  "br", "div",        "li",
					     "ul", "ol", "blockquote", "pre"};
	size_t n;

	if (*tag == '/')
		tag++;
	n = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		if (strlen(blocks[i]) == n && strncasecmp(tag, blocks[i], n) == 0)
			return true;
	return false;
}

void mastodon_plain_text(struct strbuf *out, const char *text)
{
	struct arena *a = arena_new();
	struct text_span *spans = NULL;
	size_t n = richtext_find(a, text, strlen(text), SPAN_LINK | SPAN_ADDRESS, &spans), done = 0;

	for (size_t i = 0; i < n; i++) {
		const char *s = text + spans[i].start;
		size_t len = spans[i].end - spans[i].start, user = 1;

		if (spans[i].kind != SPAN_ADDRESS)
			continue;
		while (user < len && s[user] != '@')
			user++;
		add_text(out, text + done, spans[i].start + user - done);
		done = spans[i].end;
	}
	add_text(out, text + done, strlen(text) - done);
	trim_end(out);
	arena_free(&a);
}

void mastodon_html_text(struct strbuf *out, const char *html)
{
	struct strbuf shown;

	strbuf_init(&shown, JSON_BYTES_MAX);
	for (const char *p = html; *p != '\0';) {
		const char *end = *p == '<' ? strchr(p, '>') : NULL;
		char bytes[4];
		uint32_t cp;
		size_t len;

		if (end != NULL) {
			if (is_block(p + 1))
				strbuf_putc(&shown, ' ');
			p = end + 1;
		} else if (*p == '&' && (len = entity(p, &cp)) > 0) {
			strbuf_add(&shown, bytes, encode(cp, bytes));
			p += len;
		} else {
			strbuf_putc(&shown, *p++);
		}
	}
	/* Some servers show mentions whole. */
	mastodon_plain_text(out, shown.data);
	strbuf_free(&shown);
}
