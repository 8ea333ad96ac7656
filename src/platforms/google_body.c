/* platforms/google_body.c - a local post as the API takes it, made from the post and its options. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/google.h"
#include "platforms/richtext.h"

const char *const google_options[] = {"type",    "title",  "start",      "end",   "cta",
				      "cta_url", "coupon", "redeem_url", "terms", NULL};

static const char *option(struct arena *a, const struct post *post, const char *name)
{
	return adapter_option(a, post, "google_business", name);
}

enum google_topic google_topic(struct arena *a, const struct post *post)
{
	const char *type = option(a, post, "type");

	if (type != NULL && strcmp(type, "event") == 0)
		return GOOGLE_EVENT;
	return type != NULL && strcmp(type, "offer") == 0 ? GOOGLE_OFFER : GOOGLE_STANDARD;
}

static const char *topic_name(enum google_topic t)
{
	return t == GOOGLE_EVENT ? "EVENT" : t == GOOGLE_OFFER ? "OFFER" : "STANDARD";
}

/* The API's name of a button; NULL if it is none. */
static const char *action_of(const char *cta)
{
	static const char *const names[][2] = {{"book", "BOOK"},       {"order", "ORDER"},
					       {"shop", "SHOP"},       {"learn_more", "LEARN_MORE"},
					       {"sign_up", "SIGN_UP"}, {"call", "CALL"}};

	for (size_t i = 0; cta != NULL && i < COUNT_OF(names); i++)
		if (strcmp(names[i][0], cta) == 0)
			return names[i][1];
	return NULL;
}

/* The button and where it leads. False: there is none. url NULL: it calls. */
static bool button(struct arena *a, const struct post *post, const char **action, const char **url)
{
	const char *cta = option(a, post, "cta"), *to = option(a, post, "cta_url");

	*url = NULL;
	if (google_topic(a, post) == GOOGLE_OFFER || (cta != NULL && strcmp(cta, "none") == 0))
		return false;
	if (to == NULL && adapter_has_link(post))
		to = post->link;
	if (cta == NULL && to == NULL)
		return false;
	*action = cta != NULL ? action_of(cta) : "LEARN_MORE";
	if (*action == NULL)
		return false;
	if (strcmp(*action, "CALL") != 0)
		*url = to;
	return strcmp(*action, "CALL") == 0 || to != NULL;
}

const char *google_summary(struct arena *a, const struct post *post)
{
	const char *action, *url = NULL;
	const char *redeem = option(a, post, "redeem_url");
	bool taken;

	if (google_topic(a, post) == GOOGLE_OFFER)
		taken = redeem == NULL ||
			(adapter_has_link(post) && strcmp(redeem, post->link) == 0);
	else
		taken = button(a, post, &action, &url) && url != NULL && adapter_has_link(post) &&
			strcmp(url, post->link) == 0;
	return taken && post->text != NULL ? post->text : taken ? "" : adapter_text(a, post);
}

/* Dates */

struct moment {
	int64_t year, month, day, hours, minutes;
	bool has_time;
};

static int64_t digits(const char *s, size_t n)
{
	int64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static bool parse_moment(const char *s, struct moment *m)
{
	static const int64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	size_t n = s != NULL ? strlen(s) : 0;
	bool leap;

	*m = (struct moment){.has_time = n == 16};
	if ((n != 10 && n != 16) || s[4] != '-' || s[7] != '-')
		return false;
	m->year = digits(s, 4);
	m->month = digits(s + 5, 2);
	m->day = digits(s + 8, 2);
	if (m->has_time) {
		if ((s[10] != ' ' && s[10] != 'T') || s[13] != ':')
			return false;
		m->hours = digits(s + 11, 2);
		m->minutes = digits(s + 14, 2);
	}
	leap = m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0);
	return m->year >= 1970 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
	       m->day <= days[m->month - 1] && (m->month != 2 || m->day < 29 || leap) &&
	       m->hours >= 0 && m->hours <= 23 && m->minutes >= 0 && m->minutes <= 59;
}

static int64_t order_of(const struct moment *m)
{
	return (((m->year * 12 + m->month) * 31 + m->day) * 24 + m->hours) * 60 + m->minutes;
}

static void set_moment(struct json *schedule, const char *which, const struct moment *m)
{
	bool start = strcmp(which, "start") == 0;
	struct json *date = json_set(schedule, start ? "startDate" : "endDate", json_new_object());
	struct json *time;

	json_set_int(date, "year", m->year);
	json_set_int(date, "month", m->month);
	json_set_int(date, "day", m->day);
	if (!m->has_time)
		return;
	time = json_set(schedule, start ? "startTime" : "endTime", json_new_object());
	json_set_int(time, "hours", m->hours);
	json_set_int(time, "minutes", m->minutes);
}

static const char *title_of(struct arena *a, const struct post *post)
{
	const char *title = option(a, post, "title");

	return title != NULL ? title : post->title;
}

static void set_event(struct arena *a, const struct post *post, struct json *body)
{
	struct json *event = json_set(body, "event", json_new_object());
	struct json *schedule;
	struct moment m;

	if (title_of(a, post) != NULL)
		json_set_str(event, "title", title_of(a, post));
	schedule = json_set(event, "schedule", json_new_object());
	if (parse_moment(option(a, post, "start"), &m))
		set_moment(schedule, "start", &m);
	if (parse_moment(option(a, post, "end"), &m))
		set_moment(schedule, "end", &m);
}

static void set_offer(struct arena *a, const struct post *post, struct json *body)
{
	const char *coupon = option(a, post, "coupon"), *terms = option(a, post, "terms");
	const char *redeem = option(a, post, "redeem_url");
	struct json *offer;

	if (redeem == NULL && adapter_has_link(post))
		redeem = post->link;
	if (coupon == NULL && terms == NULL && redeem == NULL)
		return;
	offer = json_set(body, "offer", json_new_object());
	if (coupon != NULL)
		json_set_str(offer, "couponCode", coupon);
	if (redeem != NULL)
		json_set_str(offer, "redeemOnlineUrl", redeem);
	if (terms != NULL)
		json_set_str(offer, "termsConditions", terms);
}

struct json *google_body(struct arena *a, const struct post *post, const char *media_url)
{
	enum google_topic topic = google_topic(a, post);
	struct json *body = json_new_object(), *o;
	const char *text = google_summary(a, post), *action = NULL, *url = NULL;

	json_set_str(body, "topicType", topic_name(topic));
	if (post->language != NULL && post->language[0] != '\0')
		json_set_str(body, "languageCode", post->language);
	if (text[0] != '\0')
		json_set_str(body, "summary", text);
	if (button(a, post, &action, &url)) {
		o = json_set(body, "callToAction", json_new_object());
		json_set_str(o, "actionType", action);
		if (url != NULL)
			json_set_str(o, "url", url);
	}
	if (topic != GOOGLE_STANDARD)
		set_event(a, post, body);
	if (topic == GOOGLE_OFFER)
		set_offer(a, post, body);
	if (media_url != NULL) {
		o = json_add(json_set(body, "media", json_new_array()), json_new_object());
		json_set_str(o, "mediaFormat", "PHOTO");
		json_set_str(o, "sourceUrl", media_url);
	}
	return body;
}

/* Checks */

static void check_event(const struct post *post, struct problems *out)
{
	const char *title = title_of(out->arena, post);
	struct moment start, end;
	bool has_start = parse_moment(option(out->arena, post, "start"), &start);
	bool has_end = parse_moment(option(out->arena, post, "end"), &end);

	if (!adapter_has_text(title))
		problem_add(
			out, "title", 0, 0,
			"an event or offer needs a title: the post's, or google_business.title");
	if (!has_start)
		problem_add(out, "option", 0, 0,
			    "an event or offer needs google_business.start as YYYY-MM-DD or "
			    "YYYY-MM-DD HH:MM");
	if (!has_end)
		problem_add(out, "option", 0, 0,
			    "an event or offer needs google_business.end as YYYY-MM-DD or "
			    "YYYY-MM-DD HH:MM");
	/* A day without a time lasts until its end. */
	if (has_end && !end.has_time)
		end.hours = 23, end.minutes = 59;
	if (has_start && has_end && order_of(&end) < order_of(&start))
		problem_add(out, "option", 0, 0, "google_business.end is before its start");
}

static void check_button(const struct post *post, enum google_topic topic, struct problems *out)
{
	const char *cta = option(out->arena, post, "cta");
	const char *action = action_of(cta), *url = option(out->arena, post, "cta_url");

	if (cta != NULL && topic == GOOGLE_OFFER)
		problem_add(out, "option", 0, 0, "an offer has no button: google_business.cta");
	else if (cta != NULL && action == NULL && strcmp(cta, "none") != 0)
		problem_add(out, "option", 0, 0,
			    "google_business.cta is one of book, order, shop, learn_more, sign_up, "
			    "call and none");
	else if (action != NULL && strcmp(action, "CALL") != 0 && url == NULL &&
		 !adapter_has_link(post))
		problem_add(out, "option", 0, 0,
			    "the button %s leads nowhere: give a link or google_business.cta_url",
			    cta);
	if (url != NULL && action != NULL && strcmp(action, "CALL") == 0)
		problem_add(out, "option", 0, 0,
			    "the button call takes no google_business.cta_url");
}

void google_check_options(const struct post *post, struct problems *out)
{
	static const char *const addresses[] = {"cta_url", "redeem_url"};
	static const char *const offers[] = {"coupon", "redeem_url", "terms"};
	static const char *const events[] = {"title", "start", "end"};
	enum google_topic topic = google_topic(out->arena, post);
	const char *type = option(out->arena, post, "type");

	if (type != NULL && strcmp(type, "standard") != 0 && topic == GOOGLE_STANDARD)
		problem_add(out, "option", 0, 0,
			    "google_business.type is one of standard, event and offer");
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		const char *v = option(out->arena, post, addresses[i]);

		if (v != NULL && !richtext_is_url(v))
			problem_add(out, "option", 0, 0,
				    "google_business.%s is no http or https address", addresses[i]);
	}
	for (size_t i = 0; i < COUNT_OF(offers); i++)
		if (topic != GOOGLE_OFFER && option(out->arena, post, offers[i]) != NULL)
			problem_add(out, "option", 0, 0, "google_business.%s is for offers only",
				    offers[i]);
	for (size_t i = 0; i < COUNT_OF(events); i++)
		if (topic == GOOGLE_STANDARD && option(out->arena, post, events[i]) != NULL)
			problem_add(out, "option", 0, 0,
				    "google_business.%s is for events and offers only", events[i]);
	check_button(post, topic, out);
	if (topic != GOOGLE_STANDARD)
		check_event(post, out);
}
