/* platforms/mastodon_html.c - a listed status's HTML as the text that it shows, and the same form of a text as written.
 *
 * Servers turn text into paragraphs, breaks, links and spans, shorten "@user@host" to "@user", and fold
 * white space. Both sides are brought to one form, so that equal means equal but for that. A server that
 * changes more makes them differ, which costs a person's look and never a second post. */
#include "platforms/mastodon.h"

#include <string.h>
#include <strings.h>

#include "platforms/fold.h"
#include "platforms/richtext.h"

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
		fold_text(out, text + done, spans[i].start + user - done);
		done = spans[i].end;
	}
	fold_text(out, text + done, strlen(text) - done);
	fold_end(out);
	arena_free(&a);
}

void mastodon_html_text(struct strbuf *out, const char *html)
{
	struct strbuf shown;

	strbuf_init(&shown, JSON_BYTES_MAX);
	for (const char *p = html; *p != '\0';) {
		const char *end = *p == '<' ? strchr(p, '>') : NULL;
		char bytes[4];
		size_t len, n;

		if (end != NULL) {
			if (is_block(p + 1))
				strbuf_putc(&shown, ' ');
			p = end + 1;
		} else if (*p == '&' && (len = fold_entity(p, bytes, &n)) > 0) {
			strbuf_add(&shown, bytes, n);
			p += len;
		} else {
			strbuf_putc(&shown, *p++);
		}
	}
	/* Some servers show mentions whole. */
	mastodon_plain_text(out, shown.data);
	strbuf_free(&shown);
}
