/* sandbox/bluesky_video.c - the video service: a permit from the account's server, the file, and the work on it.
 *
 * A work is looked at once before it is done. A file that is known is refused with the number of its work, as the
 * real service does. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/bluesky.h"

#define PERMIT_LIFE_MAX_MS (INT64_C(30) * 60000)

void pds_service_auth(struct call *c)
{
	struct session *s = pds_session(c, JWT_ACCESS);
	const char *aud = call_param(c, "aud"), *exp = call_param(c, "exp");
	int64_t until = exp ? strtoll(exp, NULL, 10) * 1000 : c->now_ms + 60000;
	struct json *j;

	if (!s)
		return;
	if (!aud || strncmp(aud, "did:", 4) != 0) {
		pds_error(c, 400, "InvalidRequest", "aud must be a valid did");
	} else if (until < c->now_ms || until > c->now_ms + PERMIT_LIFE_MAX_MS + 60000) {
		pds_error(c, 400, "BadExpiration", "expiration is not in the allowed range");
	} else {
		j = json_new_object();
		json_set_str(
			j, "token",
			jwt_make(c->answer->arena, world_seed(c->world), JWT_SERVICE, s, until));
		call_json(c, 200, j);
	}
}

static struct json *describe_job(const struct call *c, const struct account *a, struct blob *b,
				 bool done)
{
	struct json *j = json_new_object();

	json_set_str(j, "jobId", arena_printf(c->answer->arena, "v%s", b->id));
	if (a)
		json_set_str(j, "did", a->id);
	json_set_str(j, "state", done ? "JOB_STATE_COMPLETED" : "JOB_STATE_ENCODING");
	if (done)
		json_set(j, "blob", pds_describe_blob(b));
	return j;
}

void pds_upload_video(struct call *c)
{
	struct session *s = pds_session(c, JWT_SERVICE);
	const char *did = call_param(c, "did");
	struct json *j;
	struct blob *b;
	size_t before;

	if (!s)
		return;
	if (!did || strcmp(did, s->account->id) != 0 || !call_param(c, "name")) {
		pds_error(c, 400, "InvalidRequest", "did and name are needed");
		return;
	}
	before = world_blobs(c->world);
	b = pds_keep_blob(c);
	j = describe_job(c, s->account, b, false);
	if (world_blobs(c->world) == before) {
		json_set_str(j, "error", "already_exists");
		json_set_str(j, "message", "Video already processed");
		call_json(c, 409, j);
		return;
	}
	call_json(c, 200, j);
}

void pds_video_job(struct call *c)
{
	const char *id = call_param(c, "jobId");
	struct blob *b = id && id[0] == 'v' ? world_blob(c->world, id + 1) : NULL;
	struct json *j;

	if (!b) {
		pds_error(c, 400, "InvalidRequest", "job not found");
		return;
	}
	j = json_new_object();
	json_set(j, "jobStatus",
		 describe_job(c, NULL, b,
			      !world_use_once(c->world,
					      arena_printf(c->answer->arena, "look %s", b->id))));
	call_json(c, 200, j);
}
