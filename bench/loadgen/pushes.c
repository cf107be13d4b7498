// push: sends prepared requests, as many outstanding as asked or at a rate, and checks everything that comes of them.
//
// A push is on its way until it is answered; a broadcast, until every stream has it as well. A message is right when it
// comes to the stream that it was meant for, once, byte for byte, and not before one that was acknowledged before it
// was sent. All of it is checked for every message; what is wrong is counted, and makes the run worthless.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "histogram.h"
#include "records.h"
#include "world.h"

enum { NONE = UINT32_MAX, QUIET_MS = 50, OTHER_STATUS = 600, LATE_NS = 1000000 };

typedef struct {
    uint64_t from_ns; // what latency counts from: when it was sent, or when it was due
    uint64_t sent_ns, answered_ns;
    uint32_t remaining; // streams that haven't got it
    uint32_t older;     // the next message on the way to the same stream
} message;

static struct {
    records requests;
    message *messages;
    uint8_t *seen; // a bit for each broadcast and stream
    pusher *pushers;
    uint32_t pusher_count;
    uint32_t next;
    uint64_t begin_ns, window_ns, end_ns; // the first message; what is counted from here; to there
    double rate;       // 0: as fast as the answers come
    uint32_t planned;  // how many the rate makes until the end
    uint64_t undelivered, outstanding;
    uint64_t answered, delivered, in_window_answered, in_window_delivered;
    uint64_t last_delivery_ns, through; // of deliveries since the window began, whenever they were
    uint64_t duplicates, misrouted, corrupted, reordered, strays, refused, unanswered, late_starts;
    uint64_t statuses[OTHER_STATUS + 1];
    char first_refusal[160];
    histogram delivery, answer, last;
} run;

static bool counts(const message *m) { return m->from_ns >= run.window_ns && m->from_ns < run.end_ns; }
static bool window_has(uint64_t t) { return t >= run.window_ns && t < run.end_ns; }

static uint8_t *seen_byte(uint32_t number, uint32_t s) { return &run.seen[((size_t)number * w.count + s) / 8]; }
static uint8_t seen_bit(uint32_t number, uint32_t s) { return (uint8_t)(1 << (((size_t)number * w.count + s) % 8)); }

static void send_next(pusher *p, uint64_t from_ns) {
    uint32_t number = run.next++;
    const record *r = &run.requests.index[number];
    message *m = &run.messages[number];
    m->sent_ns = now_ns();
    m->from_ns = from_ns ? from_ns : m->sent_ns;
    m->remaining = r->target == EVERY_STREAM ? w.flowing : 1;
    run.undelivered += m->remaining;
    run.outstanding++;
    if (r->target != EVERY_STREAM) {
        m->older = w.streams[r->target].pending;
        w.streams[r->target].pending = number;
    }
    p->current = number;
    pusher_send(p, w.epoll, records_request(&run.requests, number), r->request_bytes);
}

static bool may_send(uint64_t now) {
    if (run.rate) return run.next < run.planned;
    if (run.next == run.requests.count && now < run.end_ns) run.end_ns = now; // there are no more
    return now < run.end_ns;
}

// A pusher whose message is through takes the next one, unless a rate says when.
static void go_on(pusher *p) {
    const record *r = &run.requests.index[p->current];
    if (!p->answered || (r->target == EVERY_STREAM && run.messages[p->current].remaining)) return;
    p->busy = false;
    if (!run.rate && may_send(now_ns())) send_next(p, 0);
}

static void on_answer(pusher *p, int status) {
    if (!p->busy || p->answered) {
        if (status > 0) run.strays++;
        return;
    }
    message *m = &run.messages[p->current];
    p->answered = true;
    run.outstanding--;
    m->answered_ns = w.read_ns;
    if (status < 0) {
        run.unanswered++;
    } else {
        run.statuses[status < OTHER_STATUS ? status : OTHER_STATUS]++;
        if (status >= 200 && status < 300) {
            run.answered++;
            run.in_window_answered += window_has(w.read_ns);
            if (counts(m)) histogram_add(&run.answer, w.read_ns - m->from_ns);
        } else if (!run.refused++) {
            snprintf(run.first_refusal, sizeof run.first_refusal, "%.*s", (int)p->answer_bytes, p->answer);
            for (char *c = run.first_refusal; *c; c++)
                if (*c == '"' || *c == '\\' || (unsigned char)*c < 32) *c = ' ';
        }
    }
    if (status < 200 || status >= 300) { // nobody will get it
        run.undelivered -= m->remaining;
        m->remaining = 0;
    }
    go_on(p);
}

static void arrive_one(stream *s, uint32_t number, message *m) {
    for (uint32_t *link = &s->pending; *link != NONE;) {
        message *other = &run.messages[*link];
        if (*link == number)
            *link = m->older;
        else {
            run.reordered += other->answered_ns && other->answered_ns < m->sent_ns && other->remaining;
            link = &other->older;
        }
    }
}

static void arrive_broadcast(stream *s, uint32_t number, message *m) {
    *seen_byte(number, s->index) |= seen_bit(number, s->index);
    for (uint32_t i = 0; i < run.pusher_count; i++) {
        pusher *p = &run.pushers[i];
        if (!p->busy) continue;
        const message *other = &run.messages[p->current];
        if (p->current != number && other->answered_ns && other->answered_ns < m->sent_ns)
            run.reordered += !(*seen_byte(p->current, s->index) & seen_bit(p->current, s->index));
    }
    if (m->remaining) return;
    if (counts(m)) histogram_add(&run.last, w.read_ns - m->from_ns);
    for (uint32_t i = 0; i < run.pusher_count; i++)
        if (run.pushers[i].busy && run.pushers[i].current == number) go_on(&run.pushers[i]);
}

static void on_message(stream *s, const char *data, size_t bytes) {
    int64_t number = payload_number(data, bytes) - (int64_t)run.requests.first;
    if (number < 0 || number >= run.next) {
        run.strays++;
        return;
    }
    uint32_t i = (uint32_t)number;
    const record *r = &run.requests.index[i];
    message *m = &run.messages[i];
    if (bytes != r->payload_bytes || memcmp(data, records_payload(&run.requests, i), bytes)) {
        run.corrupted++;
        return;
    }
    bool everyone = r->target == EVERY_STREAM;
    if (!everyone && r->target != s->index) {
        run.misrouted++;
        return;
    }
    if (everyone ? *seen_byte(i, s->index) & seen_bit(i, s->index) : !m->remaining) {
        run.duplicates++;
        return;
    }
    if (!m->remaining) { // a broadcast that was refused came all the same
        run.strays++;
        return;
    }
    m->remaining--;
    run.undelivered--;
    run.delivered++;
    run.in_window_delivered += window_has(w.read_ns);
    run.through += w.read_ns >= run.window_ns;
    run.last_delivery_ns = w.read_ns;
    if (counts(m)) histogram_add(&run.delivery, w.read_ns - m->from_ns);
    if (everyone)
        arrive_broadcast(s, i, m);
    else
        arrive_one(s, i, m);
}

// Open loop: what is due is sent as soon as a pusher is free, and its latency counts from when it was due.
static void send_what_is_due(uint64_t now) {
    static uint32_t cursor;
    while (may_send(now)) {
        uint64_t due = run.begin_ns + (uint64_t)((double)run.next * 1e9 / run.rate);
        if (due > now) return;
        uint32_t tried = 0;
        while (tried < run.pusher_count && run.pushers[cursor % run.pusher_count].busy) {
            cursor++;
            tried++;
        }
        if (tried == run.pusher_count) return;
        run.late_starts += now - due > LATE_NS;
        send_next(&run.pushers[cursor++ % run.pusher_count], due);
    }
}

static void prepare(const char *line) {
    memset(&run, 0, sizeof run);
    run.requests = records_open(option(line, "requests", ""));
    run.messages = calloc(run.requests.count, sizeof *run.messages);
    if (run.requests.count && run.requests.index[0].target == EVERY_STREAM)
        run.seen = calloc((size_t)run.requests.count * w.count / 8 + 1, 1);
    for (uint32_t i = 0; i < run.requests.count; i++) {
        bool everyone = run.requests.index[i].target == EVERY_STREAM;
        if (everyone ? !run.seen : run.requests.index[i].target >= w.count) {
            fprintf(stderr, "request %u is for stream %u of %u\n", i, run.requests.index[i].target, w.count);
            exit(2);
        }
    }
    for (uint32_t i = 0; i < w.count; i++) w.streams[i].pending = NONE;
    run.rate = number_option(line, "rate", 0);
    run.pusher_count = (uint32_t)number_option(line, "outstanding", 1);
    run.pushers = calloc(run.pusher_count, sizeof *run.pushers);
    for (uint32_t i = 0; i < run.pusher_count; i++) {
        run.pushers[i].port = (int)number_option(line, "port", 0);
        pusher_dial(&run.pushers[i], w.epoll);
    }
    w.surprises = 0;
    w.busy_ns = 0;
    message_handler = on_message;
    answer_handler = on_answer;
}

static void drain(double patience_s) {
    uint64_t last = now_ns(), before = run.delivered + run.answered, quiet_since = 0;
    for (;;) {
        world_turn(0);
        uint64_t now = now_ns(), so_far = run.delivered + run.answered;
        if (so_far != before) {
            before = so_far;
            last = now;
        }
        bool through = !run.undelivered && !run.outstanding;
        if (!through) quiet_since = 0;
        else if (!quiet_since) quiet_since = now; // doubles come after the first
        if (through && now - quiet_since > QUIET_MS * 1000000ull) return;
        if ((double)(now - last) > patience_s * 1e9) return;
    }
}

static void print_histogram(const char *name, const histogram *h) {
    printf(",\"%s_us\":{\"count\":%lu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}", name, h->total,
           histogram_us(h, .5), histogram_us(h, .9), histogram_us(h, .99), histogram_us(h, .999),
           (double)h->largest / 1000.0);
}

static void report(uint64_t stopped_ns) {
    double window = (double)(run.end_ns - run.window_ns) / 1e9, all = (double)(stopped_ns - run.begin_ns) / 1e9;
    bool right = !run.undelivered && !run.duplicates && !run.misrouted && !run.corrupted && !run.reordered && !run.strays &&
                 !run.refused && !run.unanswered && !w.surprises && !w.ended && run.next && window > 0;
    printf("{\"right\":%s,\"sent\":%u,\"answered\":%lu,\"delivered\":%lu", right ? "true" : "false", run.next, run.answered,
           run.delivered);
    printf(",\"window_s\":%.4f,\"answered_per_s\":%.1f,\"delivered_per_s\":%.1f", window,
           (double)run.in_window_answered / window, (double)run.in_window_delivered / window);
    double until_last = (double)run.last_delivery_ns - (double)run.window_ns;
    printf(",\"through_per_s\":%.1f", until_last > 0 ? (double)run.through * 1e9 / until_last : 0);
    printf(",\"missing\":%lu,\"duplicates\":%lu,\"misrouted\":%lu,\"corrupted\":%lu,\"reordered\":%lu,\"strays\":%lu",
           run.undelivered, run.duplicates, run.misrouted, run.corrupted, run.reordered, run.strays);
    printf(",\"refused\":%lu,\"unanswered\":%lu,\"surprises\":%u,\"ended_streams\":%u", run.refused, run.unanswered,
           w.surprises, w.ended);
    printf(",\"first_refusal\":\"%s\",\"last_surprise\":\"%s\",\"last_end\":\"%s\",\"statuses\":{", run.first_refusal,
           w.surprises ? w.last_surprise : "", w.ended ? w.last_end : "");
    const char *comma = "";
    for (int i = 0; i <= OTHER_STATUS; i++)
        if (run.statuses[i]) {
            printf("%s\"%d\":%lu", comma, i, run.statuses[i]);
            comma = ",";
        }
    printf("},\"late_starts\":%lu,\"exhausted\":%s,\"busy_share\":%.3f", run.late_starts,
           run.next == run.requests.count ? "true" : "false", (double)w.busy_ns / 1e9 / all);
    print_histogram("delivery", &run.delivery);
    print_histogram("answer", &run.answer);
    print_histogram("last", &run.last);
    printf("}\n");
}

void command_push(const char *line) {
    prepare(line);
    double seconds = number_option(line, "seconds", 2), warm_up = number_option(line, "warm_up", 0);
    run.begin_ns = now_ns();
    run.window_ns = run.begin_ns + (uint64_t)(warm_up * 1e9);
    run.end_ns = run.window_ns + (uint64_t)(seconds * 1e9);
    if (!run.rate)
        for (uint32_t i = 0; i < run.pusher_count && may_send(now_ns()); i++) send_next(&run.pushers[i], 0);
    run.planned = (uint32_t)(run.rate * (warm_up + seconds));
    if (run.planned > run.requests.count) {
        fprintf(stderr, "%u requests are too few for the rate and the time\n", run.requests.count);
        exit(2);
    }
    double patience = number_option(line, "patience", 5);
    uint64_t stop_ns = run.end_ns + (uint64_t)(patience * 1e9);
    for (;;) {
        uint64_t now = now_ns();
        bool more = may_send(now);
        if (now >= (run.rate && more ? stop_ns : run.end_ns)) break;
        if (run.rate) send_what_is_due(now);
        world_turn(0);
    }
    if (run.rate && run.next < run.planned) run.undelivered += run.planned - run.next;
    drain(patience);
    report(now_ns());
    message_handler = NULL;
    answer_handler = NULL;
    for (uint32_t i = 0; i < run.pusher_count; i++) pusher_hang_up(&run.pushers[i]);
    free(run.pushers);
    free(run.messages);
    free(run.seen);
    records_close(&run.requests);
}
