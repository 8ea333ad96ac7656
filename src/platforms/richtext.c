/* platforms/richtext.c - one pass over the text, one try for each kind where a piece may begin.
 *
 * The borders follow what the platforms' own programs do: a mention begins the
 * text or stands after white space or "(", so that an e-mail address is none; a
 * hashtag begins the text or stands after white space; closing punctuation does not
 * belong to a link or a hashtag, and a closing bracket belongs to a link only if it was opened inside. */
#include "platforms/richtext.h"

#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/text.h"

#define HANDLE_BYTES_MAX 253
#define LABEL_BYTES_MAX 63

/* The text, and what stands before the place that is looked at (0: nothing). */
struct scan {
	const char *s;
	size_t n;
	uint32_t before;
};

static bool is_ascii_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* The last code point of s[0..n); n > 0. */
static uint32_t last_char(const char *s, size_t n, size_t *len)
{
	size_t at = n - 1;
	uint32_t cp;

	while (at > 0 && ((unsigned char)s[at] & 0xc0) == 0x80)
		at--;
	*len = n - at;
	text_decode(s + at, n - at, &cp);
	return cp;
}

/* Links */

static size_t scheme_len(const char *s, size_t n)
{
	if (n > 8 && strncasecmp(s, "https://", 8) == 0)
		return 8;
	if (n > 7 && strncasecmp(s, "http://", 7) == 0)
		return 7;
	return 0;
}

static bool link_may_follow(uint32_t before)
{
	if (before == 0 || before >= 0x80 || (char_class(before) & (CHAR_SPACE | CHAR_OPEN)))
		return true;
	return strchr("),;:!|*~<>", (int)before) != NULL;
}

/* Characters that no program takes as part of a link. */
static bool ends_link(uint32_t cp)
{
	if (cp <= 0x20 || cp == 0x7f || cp == '<' || cp == '>' || cp == '"' || cp == '`')
		return true;
	if (cp < 0x80)
		return false;
	if (cp >= 0x200b && cp <= 0x200f)
		return true;
	/* Brackets, quotes and stops of CJK text, which puts no space between. */
	if ((cp >= 0x3001 && cp <= 0x301f) || (cp >= 0xff00 && cp <= 0xff0f) ||
	    (cp >= 0xff1a && cp <= 0xff20) || (cp >= 0xff3b && cp <= 0xff40) ||
	    (cp >= 0xff5b && cp <= 0xff65) || (cp >= 0x2018 && cp <= 0x201f) || cp == 0xab ||
	    cp == 0xbb)
		return true;
	return (char_class(cp) & CHAR_SPACE) != 0;
}

static size_t count_byte(const char *s, size_t n, char c)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += s[i] == c;
	return found;
}

/* The length without punctuation that belongs to the sentence. */
static size_t trim_link(const char *s, size_t n)
{
	while (n > 0) {
		size_t len;
		uint32_t cp = last_char(s, n, &len);
		const char *pair = cp == ')' ? "()" : cp == ']' ? "[]" : cp == '}' ? "{}" : NULL;

		if (pair != NULL) {
			if (count_byte(s, n, pair[0]) >= count_byte(s, n, pair[1]))
				break;
		} else if (cp != 0x2026 && (cp >= 0x80 || strchr(".,;:!?'", (int)cp) == NULL)) {
			break;
		}
		n -= len;
	}
	return n;
}

/* s[0..n): what follows the scheme. Host names and addresses, no user information. */
static bool has_host(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && strchr("/?#:", s[i]) == NULL; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!is_ascii_alnum(c) && c < 0x80 && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	if (i == 0 || s[i - 1] == '-')
		return false;
	if (i < n && s[i] == ':') {
		size_t digits = 0;

		for (i++; i < n && is_ascii_digit((unsigned char)s[i]); i++)
			digits++;
		if (digits < 1 || digits > 5)
			return false;
	}
	return i == n || s[i] == '/' || s[i] == '?' || s[i] == '#';
}

static size_t try_link(const struct scan *at)
{
	size_t scheme = scheme_len(at->s, at->n), end = scheme;

	if (scheme == 0 || !link_may_follow(at->before))
		return 0;
	while (end < at->n) {
		uint32_t cp;
		size_t len = text_decode(at->s + end, at->n - end, &cp);

		if (ends_link(cp))
			break;
		end += len;
	}
	end = trim_link(at->s, end);
	return end > scheme && has_host(at->s + scheme, end - scheme) ? end : 0;
}

bool richtext_is_url(const char *s)
{
	size_t n = strlen(s), scheme = scheme_len(s, n);

	if (scheme == 0 || !text_is_plain(s, n, NULL))
		return false;
	for (size_t i = 0; i < n;) {
		uint32_t cp;

		i += text_decode(s + i, n - i, &cp);
		if (cp == '<' || cp == '>' || cp == '"' || (char_class(cp) & CHAR_SPACE))
			return false;
	}
	return has_host(s + scheme, n - scheme);
}

/* Mentions */

bool richtext_is_handle(const char *s, size_t n)
{
	size_t label = 0, labels = 1;

	if (n == 0 || n > HANDLE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (i == label || s[i - 1] == '-')
				return false;
			label = i + 1;
			labels++;
		} else if (!is_ascii_alnum((unsigned char)s[i]) && (s[i] != '-' || i == label)) {
			return false;
		}
		if (i + 1 - label > LABEL_BYTES_MAX)
			return false;
	}
	return labels > 1 && label < n && is_ascii_alpha((unsigned char)s[label]) &&
	       s[n - 1] != '-';
}

static size_t try_handle(const struct scan *at)
{
	size_t end = 1;

	if (at->s[0] != '@')
		return 0;
	if (at->before != 0 && at->before != '(' && !(char_class(at->before) & CHAR_SPACE))
		return 0;
	while (end < at->n && (is_ascii_alnum((unsigned char)at->s[end]) || at->s[end] == '.' ||
			       at->s[end] == '-'))
		end++;
	/* "@a.b@host" and "@a.b_c" are other people's addresses. */
	if (end < at->n && (at->s[end] == '@' || at->s[end] == '_'))
		return 0;
	while (end > 1 && !is_ascii_alnum((unsigned char)at->s[end - 1]))
		end--;
	return richtext_is_handle(at->s + 1, end - 1) ? end : 0;
}

static bool is_word(unsigned char c)
{
	return is_ascii_alnum(c) || c == '_';
}

/* Length of a user name at s: word characters, with "." and "-" inside. */
static size_t user_len(const char *s, size_t n)
{
	size_t end = 0;

	while (end < n &&
	       (is_word((unsigned char)s[end]) || (end > 0 && (s[end] == '.' || s[end] == '-'))))
		end++;
	while (end > 0 && !is_word((unsigned char)s[end - 1]))
		end--;
	return end;
}

static size_t try_address(const struct scan *at)
{
	size_t user, host;

	if (at->s[0] != '@' || at->before == '=' || at->before == '/' || at->before == '_' ||
	    (char_class(at->before) & CHAR_ALNUM))
		return 0;
	user = user_len(at->s + 1, at->n - 1);
	if (user == 0)
		return 0;
	if (1 + user >= at->n || at->s[1 + user] != '@')
		return 1 + user;
	host = user_len(at->s + user + 2, at->n - user - 2);
	return host < 2 ? 1 + user : user + 2 + host;
}

/* Hashtags */

static bool ends_tag(uint32_t cp)
{
	return cp == 0xad || cp == 0x2060 || (cp >= 0x200a && cp <= 0x200d) || cp == 0x20e2 ||
	       (char_class(cp) & CHAR_SPACE);
}

static size_t try_tag(const struct scan *at)
{
	uint32_t cp;
	size_t sign = text_decode(at->s, at->n, &cp), end = sign;
	bool word = false;

	if ((cp != '#' && cp != 0xff03) ||
	    (at->before != 0 && !(char_class(at->before) & CHAR_SPACE)))
		return 0;
	while (end < at->n) {
		size_t len = text_decode(at->s + end, at->n - end, &cp);

		if (ends_tag(cp))
			break;
		/* "#" with an emoji selector is a keycap, no tag. */
		if (end == sign && cp == 0xfe0f)
			return 0;
		word |= (char_class(cp) & (CHAR_DIGIT | CHAR_PUNCT)) == 0;
		end += len;
	}
	while (end > sign) {
		size_t len;

		if (!(char_class(last_char(at->s, end, &len)) & CHAR_PUNCT))
			break;
		end -= len;
	}
	return word && end > sign ? end : 0;
}

static size_t try_kinds(const struct scan *at, unsigned kinds, enum span_kind *kind)
{
	static const struct {
		enum span_kind kind;
		size_t (*try)(const struct scan *at);
	} finders[] = {
		{SPAN_LINK, try_link},
		{SPAN_HANDLE, try_handle},
		{SPAN_ADDRESS, try_address},
		{SPAN_TAG, try_tag},
	};

	for (size_t i = 0; i < COUNT_OF(finders); i++) {
		size_t len = kinds & finders[i].kind ? finders[i].try(at) : 0;

		if (len > 0) {
			*kind = finders[i].kind;
			return len;
		}
	}
	return 0;
}

size_t richtext_find(struct arena *a, const char *text, size_t n, unsigned kinds,
		     struct text_span **spans)
{
	struct text_span *found = NULL;
	size_t count = 0, pos = 0;
	uint32_t before = 0;

	while (pos < n) {
		struct scan at = {text + pos, n - pos, before};
		enum span_kind kind = SPAN_LINK;
		size_t len = try_kinds(&at, kinds, &kind);

		if (len > 0) {
			size_t ignored;

			found = arena_grow(a, found, count, sizeof(*found));
			found[count++] = (struct text_span){kind, pos, pos + len};
			pos += len;
			before = last_char(text, pos, &ignored);
		} else {
			pos += text_decode(text + pos, n - pos, &before);
		}
	}
	*spans = found;
	return count;
}
