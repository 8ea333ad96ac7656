/* platforms/threads_text.c - the length of a text at Threads.
 *
 * An emoji counts as many as its UTF-8 has bytes, with all that is joined to it; any other character counts one, which the
 * documents do not say in so many words. */
#include <string.h>

#include "base/text.h"
#include "platforms/richtext.h"
#include "platforms/threads.h"

/* Is the code point an emoji, or what makes one of its neighbour? */
static bool makes_emoji(uint32_t cp)
{
	static const uint32_t ranges[][2] = {
		{0x20e3, 0x20e3},   {0x231a, 0x231b}, {0x23e9, 0x23f3}, {0x23f8, 0x23fa},
		{0x25fd, 0x25fe},   {0x2600, 0x2604}, {0x2614, 0x2615}, {0x2618, 0x2618},
		{0x2620, 0x2620},   {0x2622, 0x2623}, {0x262e, 0x262f}, {0x2638, 0x263a},
		{0x2648, 0x2653},   {0x2660, 0x2668}, {0x267b, 0x267f}, {0x2692, 0x2697},
		{0x26a0, 0x26ff},   {0x2702, 0x2702}, {0x2705, 0x2705}, {0x2708, 0x270d},
		{0x2714, 0x2716},   {0x271d, 0x271d}, {0x2721, 0x2721}, {0x2728, 0x2728},
		{0x2733, 0x2734},   {0x2744, 0x2747}, {0x274c, 0x274e}, {0x2753, 0x2757},
		{0x2763, 0x2764},   {0x2795, 0x2797}, {0x27b0, 0x27b0}, {0x27bf, 0x27bf},
		{0x2b1b, 0x2b1c},   {0x2b50, 0x2b50}, {0x2b55, 0x2b55}, {0xfe0f, 0xfe0f},
		{0x1f000, 0x1faff},
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (cp >= ranges[i][0] && cp <= ranges[i][1])
			return true;
	return false;
}

int64_t threads_length(const char *text)
{
	size_t n = strlen(text), len;
	int64_t sum = 0;

	for (size_t i = 0; i < n; i += len) {
		int64_t characters = 0;
		bool emoji = false;

		len = text_next_grapheme(text + i, n - i);
		if (len == 0)
			break;
		for (size_t k = 0; k < len; characters++) {
			uint32_t cp;

			k += text_decode(text + i + k, len - k, &cp);
			emoji = emoji || makes_emoji(cp);
		}
		sum += emoji ? (int64_t)len : characters;
	}
	return sum;
}

int64_t threads_links(struct arena *a, const char *text, const char *link)
{
	struct text_span *spans;
	size_t n = richtext_find(a, text, strlen(text), SPAN_LINK, &spans);
	bool apart = link != NULL && link[0] != '\0';
	int64_t different = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = spans[i].end - spans[i].start;
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = spans[k].end - spans[k].start == len &&
			       memcmp(text + spans[k].start, text + spans[i].start, len) == 0;
		different += !seen;
		if (apart && strlen(link) == len && memcmp(link, text + spans[i].start, len) == 0)
			apart = false;
	}
	return different + apart;
}
