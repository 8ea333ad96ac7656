/* platforms/x_text.c - X's weighted length.
 *
 * After normalisation to NFC every address counts 23, every emoji sequence 2, and every other code point
 * 1 or 2 by the range that it stands in. An address may lack its scheme: then its last label must be a top-level domain
 * that X knows, a bare name under a country's domain counts only with a path (but for .co and .tv), and it must not
 * grow out of a word, an "@", a "#" or a "$". The list below has the countries and the most used others; a name under
 * another one counts as what is longer. */
#include "platforms/x.h"

#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/text.h"
#include "platforms/richtext.h"

static const char countries[] =
	" ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca "
	"cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo "
	"fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it "
	"je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn "
	"mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps "
	"pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th "
	"tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw ";
static const char generic[] =
	" academy aero agency app art asia audio band bar berlin best bike biz blog blue boston bot business buzz "
	"cafe camp capital care careers cars cash cat center chat church city cloud club codes coffee com "
	"community company computer consulting cool coop credit dance data dating deals delivery design dev "
	"digital direct directory dog domains earth edu education email energy engineer engineering estate events "
	"exchange expert express family fan farm fashion film finance financial fish fit fitness flights "
	"flowers football forsale foundation fun fund furniture fyi gallery game games garden gift gifts global "
	"gmbh gold golf gov graphics green group guide guru health help holiday host hosting house icu info ink "
	"institute int international investments jobs kitchen land law lawyer legal life limited link live "
	"llc loan lol london love ltd management market marketing mba media menu mil mobi moda moe money movie "
	"museum music name net network new news ngo ninja nyc one online ooo org organic page paris partners parts "
	"party pet photo photography photos pics pink pizza place plus post press pro productions properties pub "
	"quest radio rent repair report restaurant review reviews rocks run sale school science select "
	"services sexy shoes shop shopping show site ski social software solar solutions space sport store stream "
	"studio style support surf systems tax taxi team tech technology tel tips today tokyo tools top tours town "
	"toys trade training travel tube university vacations ventures vet video vin vip vision vote watch web "
	"website wedding wiki win wine work works world wtf xxx xyz yoga zip zone ";

static bool is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Is s[0..n) one of the words in a list that has a space on both sides of each? */
static bool is_listed(const char *list, const char *s, size_t n)
{
	char word[20];
	size_t len = 0;

	if (n == 0 || n > sizeof(word) - 3)
		return false;
	word[len++] = ' ';
	for (size_t i = 0; i < n; i++)
		word[len++] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] - 'A' + 'a' : s[i]);
	word[len++] = ' ';
	word[len] = '\0';
	return strstr(list, word) != NULL;
}

/* Emoji */

static bool is_emoji_base(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{0xa9, 0xa9},       {0xae, 0xae},       {0x203c, 0x203c},   {0x2049, 0x2049},
		{0x2122, 0x2122},   {0x2139, 0x2139},   {0x2194, 0x2199},   {0x21a9, 0x21aa},
		{0x231a, 0x23ff},   {0x24c2, 0x24c2},   {0x25aa, 0x25fe},   {0x2600, 0x27bf},
		{0x2934, 0x2935},   {0x2b05, 0x2b55},   {0x3030, 0x3030},   {0x303d, 0x303d},
		{0x3297, 0x3299},   {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f170, 0x1f19a},
		{0x1f201, 0x1f251}, {0x1f300, 0x1faff},
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

struct cursor {
	const char *s;
	size_t n;
};

static uint32_t peek(const struct cursor *c, size_t *len)
{
	uint32_t cp = 0;

	*len = c->n > 0 ? text_decode(c->s, c->n, &cp) : 0;
	return *len > 0 ? cp : 0;
}

static bool accept(struct cursor *c, uint32_t from, uint32_t to)
{
	size_t len;
	uint32_t cp = peek(c, &len);

	if (len == 0 || cp < from || cp > to)
		return false;
	c->s += len;
	c->n -= len;
	return true;
}

/* One picture with its variation selector, skin tone or flag's tags. */
static bool accept_element(struct cursor *c, bool *joined)
{
	size_t len;
	uint32_t cp = peek(c, &len);

	if (len == 0 || !is_emoji_base(cp))
		return false;
	c->s += len;
	c->n -= len;
	if (accept(c, 0xfe0f, 0xfe0f) || accept(c, 0x1f3fb, 0x1f3ff))
		*joined = true;
	while (accept(c, 0xe0020, 0xe007f))
		*joined = true;
	return true;
}

/* The length of the emoji sequence of several code points at s; 0 if there is none. */
static size_t emoji_len(const char *s, size_t n)
{
	struct cursor c = {s, n}, before;
	bool joined = false;

	if ((*s >= '0' && *s <= '9') || *s == '#' || *s == '*') {
		c = (struct cursor){s + 1, n - 1};
		accept(&c, 0xfe0f, 0xfe0f);
		return accept(&c, 0x20e3, 0x20e3) ? n - c.n : 0;
	}
	if (accept(&c, 0x1f1e6, 0x1f1ff))
		return accept(&c, 0x1f1e6, 0x1f1ff) ? n - c.n : 0;
	if (!accept_element(&c, &joined))
		return 0;
	for (before = c; accept(&c, 0x200d, 0x200d) && accept_element(&c, &joined); before = c)
		joined = true;
	c = before;
	return joined ? n - c.n : 0;
}

/* Addresses without a scheme */

static bool may_begin(uint32_t before)
{
	if (before >= 0x80)
		return before != 0xff20 && before != 0xff03;
	return before == 0 ||
	       (!is_word((unsigned char)before) && strchr("@$#_-./", (int)before) == NULL);
}

/* Host name characters of s up to the first other. */
static size_t host_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (is_word((unsigned char)s[i]) || (i > 0 && strchr("-_.", s[i]) != NULL)))
		i++;
	while (i > 0 && !is_word((unsigned char)s[i - 1]))
		i--;
	return i;
}

/* Length of what follows a host: port, path, query. */
static size_t tail_len(const char *s, size_t n)
{
	size_t i = 0, path;

	if (i < n && s[i] == ':') {
		size_t digits = 0;

		while (i + 1 + digits < n && s[i + 1 + digits] >= '0' && s[i + 1 + digits] <= '9')
			digits++;
		i = digits > 0 ? 1 + digits : 0;
	}
	path = i;
	if (i >= n || (s[i] != '/' && s[i] != '?'))
		return i;
	while (i < n && (unsigned char)s[i] > 0x20 && s[i] != '<' && s[i] != '>' && s[i] != '"')
		i++;
	while (i > path + 1 && strchr(".,;:!?')]}", s[i - 1]) != NULL)
		i--;
	return i;
}

/* The last label's start of a host name; NULL if it has only one label or an empty one. */
static const char *last_label(const char *host, size_t n)
{
	const char *label = NULL;

	for (size_t i = 0; i < n; i++)
		if (host[i] == '.') {
			if (i > 0 && host[i - 1] == '.')
				return NULL;
			label = host + i + 1;
		}
	return label != NULL && label < host + n ? label : NULL;
}

static bool is_short_country_name(const char *host, const char *label, size_t label_len)
{
	return is_listed(countries, label, label_len) &&
	       memchr(host, '.', (size_t)(label - 1 - host)) == NULL &&
	       !is_listed(" co tv ", label, label_len);
}

/* The length of an address without scheme at s; 0 if there is none. */
static size_t bare_len(const char *s, size_t n, uint32_t before)
{
	size_t host = may_begin(before) ? host_len(s, n) : 0, tail, label_len;
	const char *label = host > 0 ? last_label(s, host) : NULL;

	if (label == NULL)
		return 0;
	label_len = (size_t)(s + host - label);
	if (!is_listed(countries, label, label_len) && !is_listed(generic, label, label_len))
		return 0;
	if (host < n && (s[host] == '@' || s[host] == '+' || s[host] == '-' || s[host] == '_'))
		return 0;
	tail = tail_len(s + host, n - host);
	if (is_short_country_name(s, label, label_len) &&
	    (tail == 0 || memchr(s + host, '/', tail) == NULL))
		return 0;
	return host + tail;
}

/* Weights */

static int64_t weight(uint32_t c)
{
	return c <= 4351 || (c >= 8192 && c <= 8205) || (c >= 8208 && c <= 8223) ||
			       (c >= 8242 && c <= 8247)
		       ? 1
		       : 2;
}

static int64_t weigh(const char *s, size_t n, uint32_t before)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n;) {
		size_t len = bare_len(s + i, n - i, before);
		uint32_t cp;

		if (len > 0) {
			sum += X_URL_LENGTH;
			before = 'x';
		} else if ((len = emoji_len(s + i, n - i)) > 0) {
			sum += 2;
			before = 0x1f300;
		} else {
			len = text_decode(s + i, n - i, &cp);
			sum += weight(cp);
			before = cp;
		}
		i += len;
	}
	return sum;
}

/* An address with a scheme: 23 under a domain that X knows; without a domain it is text. */
static int64_t weigh_link(const char *s, size_t n)
{
	const char *host = (const char *)memchr(s, ':', n) + 3, *label;
	size_t len = host_len(host, n - (size_t)(host - s));
	int64_t own = weigh(s, n, 'x');

	label = last_label(host, len);
	if (label == NULL)
		return own;
	len = (size_t)(host + len - label);
	if (is_listed(countries, label, len) || is_listed(generic, label, len))
		return X_URL_LENGTH;
	return own > X_URL_LENGTH ? own : X_URL_LENGTH;
}

int64_t x_length(const char *text)
{
	struct arena *a = arena_new();
	struct text_span *spans = NULL;
	struct strbuf nfc;
	size_t n, done = 0;
	int64_t sum = 0;

	strbuf_init(&nfc, 2 * JSON_BYTES_MAX);
	text_nfc(&nfc, text, strlen(text));
	n = richtext_find(a, nfc.data, nfc.len, SPAN_LINK, &spans);
	for (size_t i = 0; i < n; i++) {
		sum += weigh(nfc.data + done, spans[i].start - done, done > 0 ? 'x' : 0);
		sum += weigh_link(nfc.data + spans[i].start, spans[i].end - spans[i].start);
		done = spans[i].end;
	}
	sum += weigh(nfc.data + done, nfc.len - done, done > 0 ? 'x' : 0);
	strbuf_free(&nfc);
	arena_free(&a);
	return sum;
}
