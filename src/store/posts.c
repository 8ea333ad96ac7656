/* store/posts.c - content: posts, their media in order, and what replaces them on one platform. */
#include "store/posts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/audit.h"
#include "store/store_private.h"

void post_hash(const struct post *p, char out[65])
{
	struct sha256 h;
	unsigned char length[8];
	const char *text = p->text ? p->text : "";

	sha256_begin(&h);
	for (size_t i = 0, n = strlen(text); i < 8; i++)
		length[i] = (unsigned char)(n >> (56 - 8 * i));
	sha256_add(&h, length, sizeof(length));
	sha256_add(&h, text, strlen(text));
	for (size_t i = 0; i < p->n_media; i++)
		sha256_add(&h, p->media[i].sha256, 64); /* always of this length */
	sha256_end_hex(&h, out);
}

static enum err check_text(const char *text, struct err_info *info)
{
	size_t at = 0;

	if (text && text_is_plain(text, strlen(text), &at))
		return OK;
	return err_set(info, E_INVALID, "the text holds what is no text, at byte %zu", at);
}

static enum err add_media(struct store *s, int64_t post_id, const char *platform,
			  const struct media *m, size_t n, struct err_info *info)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < n; i++) {
		int64_t id;

		e = next_id(s, s->tenant_id, "post_media", &id, info);
		if (!e)
			e = db_exec(
				s, info,
				"INSERT INTO {post_media} (tenant_id, id, post_id, platform, position, sha256, type,"
				" bytes, width, height, duration_ms, alt, name)"
				" VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
				"iiisissizzzss", s->tenant_id, id, post_id, platform, (int64_t)i,
				m[i].sha256, m[i].type, m[i].bytes, m[i].width, m[i].height,
				m[i].duration_ms, m[i].alt, m[i].name);
	}
	return e;
}

static enum err drop_media(struct store *s, int64_t post_id, const char *platform,
			   struct err_info *info)
{
	return db_exec(s, info,
		       "DELETE FROM {post_media} WHERE tenant_id=$1 AND post_id=$2 AND platform=$3",
		       "iis", s->tenant_id, post_id, platform);
}

enum err post_add(struct store *s, const struct post *p, int64_t *id, struct err_info *info)
{
	int64_t made, now = clock_wall_ms(), brand = 0;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e)
		e = check_text(p->text, info);
	if (!e)
		e = db_int(s, info, &brand, "SELECT 1 FROM {brands} WHERE tenant_id=$1 AND id=$2",
			   "ii", s->tenant_id, p->brand_id);
	if (!e && !brand)
		e = err_set(info, E_NOT_FOUND, "there is no brand with the number %lld",
			    (long long)p->brand_id);
	if (!e)
		e = next_id(s, s->tenant_id, "posts", &made, info);
	if (!e)
		e = db_exec(
			s, info,
			"INSERT INTO {posts} (tenant_id, id, brand_id, text, link, title, language, visibility,"
			" first_comment, options, created_at, updated_at)"
			" VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$11)",
			"iiisssssssi", s->tenant_id, made, p->brand_id, p->text, p->link, p->title,
			p->language, p->visibility, p->first_comment, p->options, now);
	if (!e)
		e = add_media(s, made, "", p->media, p->n_media, info);
	if (!e)
		*id = made;
	return e;
}

/* A post that went out, or may have, stays as it went. */
static enum err check_unclaimed(struct store *s, int64_t post_id, int64_t *brand_id,
				struct err_info *info)
{
	int64_t job = 0;
	enum err e;

	*brand_id = 0;
	e = db_int(s, info, brand_id, "SELECT brand_id FROM {posts} WHERE tenant_id=$1 AND id=$2",
		   "ii", s->tenant_id, post_id);
	if (!e && !*brand_id)
		e = err_set(info, E_NOT_FOUND, "there is no post with the number %lld",
			    (long long)post_id);
	if (!e)
		e = db_int(
			s, info, &job,
			"SELECT id FROM {publishing_jobs} WHERE tenant_id=$1 AND post_id=$2 AND attempts>0 LIMIT 1",
			"ii", s->tenant_id, post_id);
	if (!e && job)
		e = err_set(info, E_STATE, "the post cannot be changed: job %lld has been tried",
			    (long long)job);
	return e;
}

/* What its jobs would publish now is what duplicates are found by. */
static enum err rehash_jobs(struct store *s, int64_t post_id, struct err_info *info)
{
	struct arena *a = arena_new();
	struct {
		int64_t id;
		const char *platform;
	} *jobs = NULL;
	sqlite3_stmt *st = NULL;
	bool row = true;
	size_t n = 0;
	enum err e = db_query(
		s, info, &st,
		"SELECT id, platform FROM {publishing_jobs} WHERE tenant_id=$1 AND post_id=$2",
		"ii", s->tenant_id, post_id);

	while (!e && !(e = db_step(s, st, &row, info)) && row) {
		jobs = arena_grow(a, jobs, n, sizeof(*jobs));
		jobs[n].id = col_int(st, 0);
		jobs[n++].platform = col_text(st, 1, a);
	}
	db_done(st);
	for (size_t i = 0; !e && i < n; i++) {
		struct post p;
		char hash[65];

		e = post_get(s, s->tenant_id, post_id, jobs[i].platform, a, &p, info);
		if (e)
			break;
		post_hash(&p, hash);
		e = db_exec(
			s, info,
			"UPDATE {publishing_jobs} SET content_hash=$3 WHERE tenant_id=$1 AND id=$2",
			"iis", s->tenant_id, jobs[i].id, hash);
	}
	arena_free(&a);
	return e;
}

enum err post_variant_set(struct store *s, int64_t post_id, const char *platform, const char *text,
			  const struct media *media, size_t n_media, struct err_info *info)
{
	int64_t there = 0, brand;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e && text)
		e = check_text(text, info);
	if (!e)
		e = check_unclaimed(s, post_id, &brand, info);
	if (!e)
		e = db_int(
			s, info, &there,
			"SELECT 1 FROM {post_variants} WHERE tenant_id=$1 AND post_id=$2 AND platform=$3",
			"iis", s->tenant_id, post_id, platform);
	if (!e && there)
		e = db_exec(
			s, info,
			"UPDATE {post_variants} SET text=coalesce($4,text), own_media=max(own_media,$5) WHERE tenant_id=$1 AND post_id=$2"
			" AND platform=$3",
			"iissi", s->tenant_id, post_id, platform, text, (int64_t)(media != NULL));
	else if (!e)
		e = db_exec(
			s, info,
			"INSERT INTO {post_variants} (tenant_id, post_id, platform, text, own_media)"
			" VALUES ($1,$2,$3,$4,$5)",
			"iissi", s->tenant_id, post_id, platform, text, (int64_t)(media != NULL));
	if (!e && media)
		e = drop_media(s, post_id, platform, info);
	if (!e && media)
		e = add_media(s, post_id, platform, media, n_media, info);
	if (!e)
		e = rehash_jobs(s, post_id, info);
	return e;
}

enum err post_edit(struct store *s, const struct post *p, struct err_info *info)
{
	struct audit_note n = {.action = "post.edit", .outcome = "ok"};
	char words[48];
	int64_t brand = 0;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e)
		e = check_text(p->text, info);
	if (!e)
		e = check_unclaimed(s, p->id, &brand, info);
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {posts} SET text=$3, link=$4, title=$5, language=$6, visibility=$7,"
			" first_comment=$8, options=$9, updated_at=$10 WHERE tenant_id=$1 AND id=$2",
			"iisssssssi", s->tenant_id, p->id, p->text, p->link, p->title, p->language,
			p->visibility, p->first_comment, p->options, clock_wall_ms());
	if (!e)
		e = drop_media(s, p->id, "", info);
	if (!e)
		e = add_media(s, p->id, "", p->media, p->n_media, info);
	if (!e)
		e = rehash_jobs(s, p->id, info);
	if (e)
		return e;
	snprintf(words, sizeof(words), "post %lld", (long long)p->id);
	n.brand_id = brand;
	n.message = words;
	return audit_append(s, s->tenant_id, &n, info);
}

/* ---- reading ---------------------------------------------------------------- */

enum err media_read(struct store *s, int64_t tenant_id, int64_t post_id, const char *platform,
		    struct arena *a, const struct media **out, size_t *n, struct err_info *info)
{
	struct media *list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT m.id, m.sha256, m.type, m.bytes, m.width, m.height, m.duration_ms, m.alt, m.name"
		" FROM {post_media} m WHERE m.tenant_id=$1 AND m.post_id=$2 AND m.platform="
		" coalesce((SELECT v.platform FROM {post_variants} v WHERE v.tenant_id=$1 AND v.post_id=$2"
		"  AND v.platform=$3 AND v.own_media=1), '')"
		" ORDER BY m.position",
		"iis", tenant_id, post_id, platform ? platform : "");

	while (!e) {
		struct media *m;
		const char *sha;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = arena_grow(a, list, count, sizeof(*list));
		m = &list[count++];
		memset(m, 0, sizeof(*m));
		m->id = col_int(st, 0);
		sha = (const char *)sqlite3_column_text(st, 1);
		snprintf(m->sha256, sizeof(m->sha256), "%s", sha ? sha : "");
		m->type = col_text(st, 2, a);
		m->bytes = col_int(st, 3);
		m->width = col_int(st, 4);
		m->height = col_int(st, 5);
		m->duration_ms = col_int(st, 6);
		m->alt = col_text(st, 7, a);
		m->name = col_text(st, 8, a);
	}
	db_done(st);
	if (!e) {
		*out = list;
		*n = count;
	}
	return e;
}

static void read_post(sqlite3_stmt *st, struct arena *a, struct post *p)
{
	memset(p, 0, sizeof(*p));
	p->id = col_int(st, 0);
	p->tenant_id = col_int(st, 1);
	p->brand_id = col_int(st, 2);
	p->text = col_text(st, 3, a);
	p->link = col_text(st, 4, a);
	p->title = col_text(st, 5, a);
	p->language = col_text(st, 6, a);
	p->visibility = col_text(st, 7, a);
	p->first_comment = col_text(st, 8, a);
	p->options = col_text(st, 9, a);
	p->created_at = col_int(st, 10);
	p->updated_at = col_int(st, 11);
}

enum err post_get(struct store *s, int64_t tenant_id, int64_t id, const char *platform,
		  struct arena *a, struct post *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	struct post p;
	bool found = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(
			s, info, &st,
			"SELECT p.id, p.tenant_id, p.brand_id, coalesce(v.text, p.text), p.link, p.title, p.language,"
			" p.visibility, p.first_comment, p.options, p.created_at, p.updated_at FROM {posts} p"
			" LEFT JOIN {post_variants} v ON v.tenant_id=p.tenant_id AND v.post_id=p.id AND v.platform=$3"
			" WHERE p.tenant_id=$1 AND p.id=$2",
			"iis", tenant_id, id, platform);
	if (!e)
		e = db_step(s, st, &found, info);
	if (!e && found)
		read_post(st, a, &p);
	db_done(st);
	if (!e && !found)
		e = err_set(info, E_NOT_FOUND, "there is no post with the number %lld",
			    (long long)id);
	if (!e)
		e = media_read(s, tenant_id, id, platform, a, &p.media, &p.n_media, info);
	if (!e)
		*out = p;
	return e;
}

enum err post_duplicate(struct store *s, int64_t connection_id, const char *content_hash,
			int64_t since, int64_t *job_id, struct err_info *info)
{
	int64_t found = 0;
	enum err e = need_own_tenant(s, info);

	if (!e)
		e = db_int(
			s, info, &found,
			"SELECT id FROM {publishing_jobs} WHERE tenant_id=$1 AND connection_id=$2 AND content_hash=$3"
			" AND created_at>=$4 AND status NOT IN ('failed','cancelled') ORDER BY created_at LIMIT 1",
			"iisi", s->tenant_id, connection_id, content_hash, since);
	if (!e)
		*job_id = found;
	return e;
}

enum err post_media_most(struct store *s, int64_t *most, struct err_info *info)
{
	int64_t n = 0;
	enum err e = need_own_tenant(s, info);

	if (!e)
		e = db_int(s, info, &n,
			   "SELECT max(position) + 1 FROM {post_media} WHERE tenant_id=$1", "i",
			   s->tenant_id);
	if (!e)
		*most = n;
	return e;
}

enum err post_media_hashes(struct store *s, void (*each)(void *self, const char *sha256),
			   void *self, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = need_service(s, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT DISTINCT sha256 FROM {post_media} ORDER BY sha256", "");
	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		each(self, (const char *)sqlite3_column_text(st, 0));
	}
	db_done(st);
	return e;
}
