/* platforms/linkedin_text.c - little text, the mark-up of LinkedIn's posts.
 *
 * Fifteen characters mean something in it and get a backslash where they are meant literally: an unescaped "(" cuts the
 * post silently. A hashtag is "#word", or "{hashtag|\#|word}" where the word has such a character. A mention is
 * "@[Name](urn:li:person:ID)", which people write as it is. */
#include "platforms/linkedin.h"

#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/fold.h"
#include "platforms/richtext.h"

static bool is_reserved(char c)
{
	return c != '\0' && strchr("|{}@[]()<>#\\*_~", c) != NULL;
}

static void escape(struct strbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_reserved(s[i]))
			strbuf_putc(out, '\\');
		strbuf_putc(out, s[i]);
	}
}

/* The mention at s: its length, and where its name and its urn end; 0 if there is none. */
static size_t mention_len(const char *s, size_t n, size_t *name_end)
{
	const char *close = n > 4 && s[0] == '@' && s[1] == '[' ? memchr(s, ']', n) : NULL, *end;
	char urn[160];
	size_t len;

	if (close == NULL || close == s + 2 || close + 1 >= s + n || close[1] != '(')
		return 0;
	end = memchr(close, ')', n - (size_t)(close - s));
	len = end != NULL ? (size_t)(end - close) - 2 : 0;
	if (len == 0 || len >= sizeof(urn))
		return 0;
	memcpy(urn, close + 2, len);
	urn[len] = '\0';
	if (!linkedin_is_urn(urn, LINKEDIN_PERSON) && !linkedin_is_urn(urn, LINKEDIN_PAGE))
		return 0;
	*name_end = (size_t)(close - s);
	return (size_t)(end - s) + 1;
}

/* Text between hashtags. */
static void escape_plain(struct strbuf *out, const char *s, size_t n)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		size_t name_end = 0, len = s[i] == '@' ? mention_len(s + i, n - i, &name_end) : 0;

		if (len == 0)
			continue;
		escape(out, s + done, i - done);
		strbuf_puts(out, "@[");
		escape(out, s + i + 2, name_end - 2);
		strbuf_add(out, s + i + name_end, len - name_end);
		done = i + len;
		i = done - 1;
	}
	escape(out, s + done, n - done);
}

static void hashtag(struct strbuf *out, const char *s, size_t n)
{
	uint32_t cp;
	size_t sign = text_decode(s, n, &cp);
	bool plain = *s == '#';

	for (size_t i = sign; i < n; i++)
		plain = plain && !is_reserved(s[i]);
	if (plain) {
		strbuf_add(out, s, n);
		return;
	}
	strbuf_puts(out, "{hashtag|\\#|");
	escape(out, s + sign, n - sign);
	strbuf_putc(out, '}');
}

void linkedin_escape(struct strbuf *out, const char *text)
{
	struct arena *a = arena_new();
	struct text_span *spans = NULL;
	size_t n = richtext_find(a, text, strlen(text), SPAN_TAG | SPAN_LINK, &spans), done = 0;

	for (size_t i = 0; i < n; i++) {
		if (spans[i].kind != SPAN_TAG)
			continue;
		escape_plain(out, text + done, spans[i].start - done);
		hashtag(out, text + spans[i].start, spans[i].end - spans[i].start);
		done = spans[i].end;
	}
	escape_plain(out, text + done, strlen(text) - done);
	arena_free(&a);
}

/* "{hashtag|\#|word}" at s: the word's place, and the whole length; 0 if it is none. */
static size_t template_len(const char *s, const char **word, size_t *word_len)
{
	static const char start[] = "{hashtag|";
	const char *p = s + strlen(start);

	if (strncmp(s, start, strlen(start)) != 0)
		return 0;
	if (*p == '\\')
		p++;
	if (*p == '\0' || p[1] != '|')
		return 0;
	*word = p + 2;
	for (p = *word; *p != '\0' && *p != '}'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	*word_len = (size_t)(p - *word);
	return *p == '}' ? (size_t)(p - s) + 1 : 0;
}

static void unescape(struct strbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\' && i + 1 < n)
			i++;
		strbuf_putc(out, s[i]);
	}
}

void linkedin_shown(struct strbuf *out, const char *little)
{
	struct strbuf b;
	const char *word = NULL;
	size_t len, word_len = 0, name_end = 0;

	strbuf_init(&b, JSON_BYTES_MAX);
	for (const char *s = little; *s != '\0'; s += len) {
		if ((len = template_len(s, &word, &word_len)) > 0) {
			strbuf_putc(&b, '#');
			unescape(&b, word, word_len);
		} else if (*s == '@' && (len = mention_len(s, strlen(s), &name_end)) > 0) {
			unescape(&b, s + 2, name_end - 2);
		} else {
			len = *s == '\\' && s[1] != '\0' ? 2 : 1;
			strbuf_putc(&b, s[len - 1]);
		}
	}
	fold_text(out, b.data, b.len);
	fold_end(out);
	strbuf_free(&b);
}

bool linkedin_has_card(const struct post *post)
{
	return adapter_has_link(post) && post->n_media == 0;
}

const char *linkedin_commentary(struct arena *a, const struct post *post)
{
	const char *text = post->text != NULL ? post->text : "", *little;
	struct strbuf out;

	if (!linkedin_has_card(post))
		text = adapter_text(a, post);
	strbuf_init(&out, JSON_BYTES_MAX);
	linkedin_escape(&out, text);
	little = arena_strdup(a, out.data);
	strbuf_free(&out);
	return little;
}
