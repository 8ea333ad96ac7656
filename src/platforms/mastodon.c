/* platforms/mastodon.c - Mastodon and servers that speak its API: facts, the way to the operations. */
#include "platforms/mastodon.h"

#include "base/rng.h"
#include "platforms/chain.h"

bool mastodon_call(const struct step_in *in, struct step_out *out, enum http_method method,
		   const char *path, bool auth)
{
	const char *base = adapter_base(in, "");

	if (base[0] == '\0') {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "Mastodon has many servers, and none is named");
		err_hint(&out->error, "name it with --server, for example https://social.example");
		return false;
	}
	out->request = http_request_new(method);
	out->verdict = STEP_SEND;
	out->commit_like = false;
	http_url(out->request, "%s%s", base, path);
	http_header(out->request, "Accept", "application/json");
	if (auth)
		http_bearer(out->request, SLOT_ACCESS);
	return true;
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "an idempotency key has room");
	rng_uuid(out);
}

static const struct chain chain = {
	.platform = "mastodon",
	.publish = mastodon_publish,
	.settle = mastodon_settle,
	.takedown = mastodon_takedown,
	.validate = mastodon_check,
	.measure = mastodon_measure,
};

static void publish(const struct step_in *in, struct step_out *out)
{
	chain_publish(&chain, in, out);
}

static void settle(const struct step_in *in, struct step_out *out)
{
	chain_settle(&chain, in, out);
}

static void takedown(const struct step_in *in, struct step_out *out)
{
	chain_takedown(&chain, in, out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	chain_validate(&chain, post, conn, out);
}

static size_t parts(const struct post *post, struct arena *a, const struct post **out)
{
	return chain_parts(&chain, post, a, out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	return chain_measure(&chain, post, conn);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = mastodon_login,
		[OP_REFRESH] = mastodon_refresh,
		[OP_VERIFY] = mastodon_verify,
		[OP_REVOKE] = mastodon_revoke,
		[OP_PUBLISH] = publish,
		[OP_SETTLE] = settle,
		[OP_TAKEDOWN] = takedown,
		[OP_FACTS] = mastodon_facts,
		[OP_REGISTER] = mastodon_register,
		[OP_AUTHORIZE] = mastodon_authorize,
		[OP_CODE] = mastodon_code,
	};

	adapter_run(operations, in, out);
}

const struct platform mastodon_platform = {
	.name = "mastodon",
	.title = "Mastodon",
	.logins = LOGIN_TOKEN | LOGIN_OAUTH,
	.default_server = NULL,
	.server_is_choice = true,
	.secret_needed = true,
	.registers = true,
	.redirect = "loopback",
	.scopes = "read:accounts read:statuses write:statuses write:media",
	.version = "v1",
	.limits =
		{
			.thread_parts_max = CHAIN_PARTS_MAX,
			.poll_choices_max = 4,
			.text_max = 500,
			.text_unit = UNIT_GRAPHEMES,
			.url_length = 23,
			.alt_max = 1500,
			.images_max = 4,
			.videos_max = 1,
			.image_bytes_max = 16777216,
			.video_bytes_max = 103809024,
		},
	.media_types = mastodon_media_types,
	.settling = SETTLE_BY_KEY,
	.key_life_ms = MASTODON_KEY_LIFE_MS,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = 0,
	.quotas =
		"300 calls in 5 minutes; 300 posts in 3 hours; 30 media in 30 minutes (each server's own)",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.parts = parts,
	.step = step,
};
