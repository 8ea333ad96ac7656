/* base/text.c - Unicode as we need it: validity, counting, cells.
 *
 * Printable ASCII, which is nearly everything, never touches ICU, and characters
 * that join nothing need only its property tables. The break iterator is opened by
 * the first text that needs it, for its rules take milliseconds to load, and is kept
 * per thread, since opening one costs far more than setting its text. */
#include "base/text.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

#include "base/mem.h"
#include "base/text_internal.h"

#define NAME_GRAPHEMES_MAX 64
#define REPLACEMENT 0xFFFD
#define ZWJ 0x200D
#define VS16 0xFE0F

/* ---- decoding and validity ---- */

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

size_t text_decode(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF && n >= 2 && is_tail(p[1])) {
		*cp = (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
		return 2;
	}
	if (p[0] >= 0xE0 && p[0] <= 0xEF && n >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		uint32_t c = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 |
			     (p[2] & 0x3F);

		if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
			*cp = c;
			return 3;
		}
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4 && n >= 4 && is_tail(p[1]) && is_tail(p[2]) &&
	    is_tail(p[3])) {
		uint32_t c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
			     (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);

		if (c >= 0x10000 && c <= 0x10FFFF) {
			*cp = c;
			return 4;
		}
	}
	*cp = REPLACEMENT;
	return 1;
}

size_t text_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

size_t text_ascii_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7F)
		i++;
	return i;
}

bool text_is_utf8(const char *s, size_t n)
{
	uint32_t cp;

	for (size_t i = 0; i < n;) {
		size_t k = text_decode(s + i, n - i, &cp);

		if (k == 1 && cp == REPLACEMENT)
			return false;
		i += k;
	}
	return true;
}

bool text_is_plain(const char *s, size_t n, size_t *at)
{
	uint32_t cp;

	for (size_t i = 0; i < n;) {
		size_t k = text_decode(s + i, n - i, &cp);

		if ((k == 1 && cp == REPLACEMENT) ||
		    (text_is_control(cp) && cp != '\t' && cp != '\n')) {
			if (at)
				*at = i;
			return false;
		}
		i += k;
	}
	return true;
}

static bool all_digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

static bool space_at_an_end(const char *s, size_t n)
{
	uint32_t cp;
	size_t last = n - 1;

	text_decode(s, n, &cp);
	if (u_isUWhiteSpace((UChar32)cp))
		return true;
	while (last > 0 && is_tail((unsigned char)s[last]))
		last--;
	text_decode(s + last, n - last, &cp);
	return u_isUWhiteSpace((UChar32)cp);
}

/* What would be shown otherwise than it is stored (bidi controls, hidden
 * characters) is no name: two brands must not look alike. */
static bool shown_as_it_is(const char *s, size_t n)
{
	struct strbuf shown;
	bool same;

	strbuf_init(&shown, 4 * n + 16);
	text_make_safe(&shown, s, n, TEXT_ONE_LINE);
	same = shown.len == n && !memcmp(shown.data, s, n);
	strbuf_free(&shown);
	return same;
}

bool text_is_name(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || !text_is_plain(s, n, NULL) || strpbrk(s, "/,\t\n") || all_digits(s) ||
	    space_at_an_end(s, n) || !shown_as_it_is(s, n))
		return false;
	return text_graphemes(s, n) <= NAME_GRAPHEMES_MAX;
}

/* ---- grapheme clusters ---- */

static pthread_once_t breaker_once = PTHREAD_ONCE_INIT;
static pthread_key_t breaker_key;

static void breaker_close(void *p)
{
	ubrk_close(p);
}

static void breaker_key_make(void)
{
	INVARIANT(pthread_key_create(&breaker_key, breaker_close) == 0, "a key for thread data");
}

/* This thread's break iterator, set to s, which must stay until the next call.
 * The UText struct is the caller's, to be closed by utext_close after use. */
static UBreakIterator *breaker(UText *text, const char *s, size_t n)
{
	UErrorCode status = U_ZERO_ERROR;
	UBreakIterator *b;

	pthread_once(&breaker_once, breaker_key_make);
	b = pthread_getspecific(breaker_key);
	if (!b) {
		b = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
		if (U_FAILURE(status) || pthread_setspecific(breaker_key, b) != 0)
			die("ICU cannot tell characters: %s", u_errorName(status));
	}
	utext_openUTF8(text, s, (int64_t)n, &status);
	ubrk_setUText(b, text, &status);
	if (U_FAILURE(status))
		die("ICU cannot read a text: %s", u_errorName(status));
	return b;
}

/* Does nothing join c to what stands before it? A line's end, too, is a border on both sides. */
static bool starts_cluster(uint32_t c)
{
	if (c < 0x80)
		return true;
	switch (u_getIntPropertyValue((UChar32)c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
	case U_GCB_OTHER:
	case U_GCB_CONTROL:
		return true;
	default:
		return false;
	}
}

/* A character that joins nothing, before another that joins nothing or the end, is a cluster of its own, and most
 * are: that much is known without the break iterator. The length of such a one at s, *c set, or 0. */
static size_t simple_cluster(const char *s, size_t n, uint32_t *c)
{
	size_t width = text_decode(s, n, c);
	uint32_t after = 0;

	if (text_is_control(*c) || !starts_cluster(*c))
		return 0;
	if (width < n)
		text_decode(s + width, n - width, &after);
	return starts_cluster(after) ? width : 0;
}

/* Printable ASCII characters at s that are certainly clusters: all but one that marks could follow. */
static size_t ascii_clusters(const char *s, size_t n)
{
	size_t run = text_ascii_run(s, n);

	return run > 0 && run < n && (unsigned char)s[run] >= 0x80 ? run - 1 : run;
}

size_t text_next_grapheme(const char *s, size_t n)
{
	size_t window = 64, end;
	uint32_t c;

	if (n == 0)
		return 0;
	end = simple_cluster(s, n, &c);
	if (end > 0)
		return end;
	/* A border is known from one character beyond it, so a look at the beginning
	 * will do unless the border found is the window's own end. */
	for (;; window *= 4) {
		size_t len = window < n ? window : n;
		UText text = UTEXT_INITIALIZER;
		UBreakIterator *b = breaker(&text, s, len);

		ubrk_first(b);
		end = (size_t)ubrk_next(b);
		utext_close(&text);
		if (len == n || end + 4 <= len)
			return end;
	}
}

/* Calls each with every cluster from the first that is not simple on, until it says stop. */
static void each_cluster(const char *s, size_t n, bool (*each)(const char *s, size_t n, void *arg),
			 void *arg)
{
	UText text = UTEXT_INITIALIZER;
	UBreakIterator *b = breaker(&text, s, n);
	int32_t from = ubrk_first(b), to;

	while ((to = ubrk_next(b)) != UBRK_DONE) {
		if (!each(s + from, (size_t)(to - from), arg))
			break;
		from = to;
	}
	utext_close(&text);
}

static bool count_cluster(const char *s UNUSED, size_t n UNUSED, void *arg)
{
	++*(size_t *)arg;
	return true;
}

size_t text_graphemes(const char *s, size_t n)
{
	size_t count = 0, at = 0, step;
	uint32_t c;

	while (at < n) {
		step = ascii_clusters(s + at, n - at);
		count += step;
		if (step == 0) {
			step = simple_cluster(s + at, n - at, &c);
			if (step == 0)
				break;
			count++;
		}
		at += step;
	}
	if (at < n)
		each_cluster(s + at, n - at, count_cluster, &count);
	return count;
}

size_t text_codepoints(const char *s, size_t n)
{
	size_t count = 0;
	uint32_t cp;

	for (size_t i = 0; i < n; count++)
		i += text_decode(s + i, n - i, &cp);
	return count;
}

size_t text_utf16_units(const char *s, size_t n)
{
	size_t count = 0;
	uint32_t cp;

	for (size_t i = 0; i < n; count += cp >= 0x10000 ? 2 : 1)
		i += text_decode(s + i, n - i, &cp);
	return count;
}

/* ---- cells ---- */

static size_t codepoint_cells(uint32_t c)
{
	UChar32 u = (UChar32)c;

	if (c >= 0x20 && c < 0x7F)
		return 1;
	if (text_is_control(c))
		return 0;
	switch (u_charType(u)) {
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_FORMAT_CHAR:
		return 0;
	default:
		break;
	}
	switch (u_getIntPropertyValue(u, UCHAR_HANGUL_SYLLABLE_TYPE)) {
	case U_HST_VOWEL_JAMO:
	case U_HST_TRAILING_JAMO:
		return 0; /* drawn into the leading jamo's two cells */
	default:
		break;
	}
	switch (u_getIntPropertyValue(u, UCHAR_EAST_ASIAN_WIDTH)) {
	case U_EA_FULLWIDTH:
	case U_EA_WIDE:
		return 2;
	default:
		return 1;
	}
}

/* An emoji, however many characters join to make it, takes two cells. */
static size_t cluster_cells(const char *s, size_t n)
{
	size_t cells = 0;
	uint32_t c, first = 0;
	bool emoji = false;

	for (size_t i = 0; i < n;) {
		size_t k = text_decode(s + i, n - i, &c);

		if (i == 0)
			first = c;
		if ((c == VS16 && u_hasBinaryProperty((UChar32)first, UCHAR_EMOJI)) ||
		    (c >= 0xA9 && u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI_PRESENTATION)))
			emoji = true;
		cells += codepoint_cells(c);
		i += k;
	}
	/* Half a flag is an emoji by its property, yet a single letter on the screen. */
	return emoji && (cells != 1 ||
			 !u_hasBinaryProperty((UChar32)first, UCHAR_REGIONAL_INDICATOR))
		       ? 2
		       : cells;
}

struct cut {
	size_t bytes, cells, max_cells;
};

static bool cut_cluster(const char *s, size_t n, void *arg)
{
	struct cut *cut = arg;
	size_t cells = cluster_cells(s, n);

	if (cells > cut->max_cells - cut->cells)
		return false;
	cut->bytes += n;
	cut->cells += cells;
	return true;
}

/* Cuts through the simple clusters that the text begins with. True when the end or the last cell is reached. */
static bool cut_simple(const char *s, size_t n, struct cut *cut)
{
	uint32_t c;

	while (cut->bytes < n) {
		size_t left = n - cut->bytes, room = cut->max_cells - cut->cells;
		size_t step = ascii_clusters(s + cut->bytes, left), cells = step;

		if (step > room) {
			cut->bytes += room;
			cut->cells += room;
			return true;
		}
		if (step == 0) {
			step = simple_cluster(s + cut->bytes, left, &c);
			if (step == 0)
				return false;
			cells = codepoint_cells(c);
			if (cells > room)
				return true;
		}
		cut->bytes += step;
		cut->cells += cells;
	}
	return true;
}

size_t text_cut_cells(const char *s, size_t n, size_t max_cells, size_t *cells)
{
	struct cut cut = {0, 0, max_cells};

	if (!cut_simple(s, n, &cut))
		each_cluster(s + cut.bytes, n - cut.bytes, cut_cluster, &cut);
	if (cells)
		*cells = cut.cells;
	return cut.bytes;
}

size_t text_cells(const char *s, size_t n)
{
	size_t cells;

	text_cut_cells(s, n, SIZE_MAX, &cells);
	return cells;
}

/* ---- normalisation ---- */

void text_nfc(struct strbuf *out, const char *s, size_t n)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc;
	UChar *wide, *composed;
	int32_t len, room;
	char *narrow;
	uint32_t cp;
	size_t i;

	/* Nothing below U+0300 composes or changes. */
	for (i = 0; i < n; i += text_decode(s + i, n - i, &cp)) {
		if ((unsigned char)s[i] >= 0xCC)
			break;
		if ((unsigned char)s[i] >= 0x80 && text_decode(s + i, n - i, &cp) == 1)
			break; /* an invalid byte, to be replaced */
	}
	if (i >= n) {
		strbuf_add(out, s, n);
		return;
	}
	INVARIANT(n <= INT32_MAX / 16, "a text of sane size");
	wide = xmalloc((n + 1) * sizeof(*wide));
	u_strFromUTF8WithSub(wide, (int32_t)n + 1, &len, s, (int32_t)n, REPLACEMENT, NULL, &status);
	room = 4 * len + 16; /* NFC is at most three times as long in UTF-16 */
	composed = xmalloc((size_t)room * sizeof(*composed));
	nfc = unorm2_getNFCInstance(&status);
	len = unorm2_normalize(nfc, wide, len, composed, room, &status);
	room = 3 * len + 1;
	narrow = xmalloc((size_t)room);
	u_strToUTF8(narrow, room, &len, composed, len, &status);
	if (U_FAILURE(status))
		die("ICU cannot normalise: %s", u_errorName(status));
	strbuf_add(out, narrow, (size_t)len);
	xfree(&narrow);
	xfree(&composed);
	xfree(&wide);
}
