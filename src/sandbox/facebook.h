/* sandbox/facebook.h - what the files of the simulated Facebook share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_FACEBOOK_H
#define MASTHEAD_SANDBOX_FACEBOOK_H

#include "sandbox/meta.h"

#define FB_PHOTO "image/photo"
#define FB_VIDEO "video/mp4"

/* The page of the path, if the request's token is one for it; NULL: answered already. */
struct account *fb_page(struct call *c);

void fb_feed(struct call *c);
void fb_photos(struct call *c);
void fb_videos(struct call *c);
void fb_reels(struct call *c);
void fb_reel_bytes(struct call *c);
void fb_published(struct call *c);
void fb_object(struct call *c);
void fb_delete(struct call *c);
void fb_comment(struct call *c);

#endif
