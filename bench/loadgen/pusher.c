#include "pusher.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

void pusher_dial(pusher *p, int epoll) {
    p->kind = PUSHER;
    p->fd = dial(p->port);
    struct pollfd wait = {.fd = p->fd, .events = POLLOUT};
    int failed = 0;
    socklen_t size = sizeof failed;
    if (p->fd < 0 || poll(&wait, 1, 5000) != 1 || getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &failed, &size) || failed) {
        fprintf(stderr, "port %d takes no connection for pushes\n", p->port);
        exit(3);
    }
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = p};
    epoll_ctl(epoll, EPOLL_CTL_ADD, p->fd, &interest);
    p->must_redial = false;
    p->answer_bytes = 0;
}

void pusher_hang_up(pusher *p) {
    if (p->fd >= 0) close(p->fd);
    p->fd = -1;
}

void pusher_send(pusher *p, int epoll, const char *request, size_t bytes) {
    if (p->must_redial) {
        pusher_hang_up(p);
        pusher_dial(p, epoll);
    }
    p->answer_bytes = 0;
    p->busy = true;
    p->answered = false;
    ssize_t sent = send(p->fd, request, bytes, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return; // reading says so too, and counts it
    if (sent != (ssize_t)bytes) {
        fprintf(stderr, "the kernel took %zd of %zu bytes of a request\n", sent, bytes);
        exit(3);
    }
}

static int complete(pusher *p, const head *h, size_t head_bytes, bool ended) {
    size_t body = p->answer_bytes - head_bytes;
    if (h->chunked) {
        chunks decoder = {0};
        chunks_decode(&decoder, p->answer + head_bytes, body, NULL);
        if (decoder.state == CHUNKS_BROKEN) return -1;
        return decoder.state == CHUNKS_DONE ? h->status : 0;
    }
    if (h->content_length >= 0) return body == (size_t)h->content_length ? h->status : body > (size_t)h->content_length ? -1 : 0;
    if (h->status == 204) return body ? -1 : h->status;
    return ended ? h->status : 0;
}

int pusher_read(pusher *p) {
    ssize_t got = recv(p->fd, p->answer + p->answer_bytes, ANSWER_BYTES - p->answer_bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    bool ended = got <= 0;
    if (ended && (!p->busy || p->answered)) { // nothing is owed: servers close what is idle
        pusher_hang_up(p);
        p->must_redial = true;
        return 0;
    }
    if (!ended) p->answer_bytes += (size_t)got;
    p->must_redial = ended;
    head h;
    long head_bytes = head_parse(&h, p->answer, p->answer_bytes);
    int status = head_bytes > 0 ? complete(p, &h, (size_t)head_bytes, ended) : (int)head_bytes;
    if (status > 0 && h.closes) p->must_redial = true;
    if (status == 0 && (ended || p->answer_bytes == ANSWER_BYTES)) status = -1;
    if (status < 0) p->must_redial = true;
    return status;
}
