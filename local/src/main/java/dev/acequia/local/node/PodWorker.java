package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Pod's life on this node. A thread of its own does everything that concerns the Pod, one thing
 * after the other: whoever has news leaves them here and wakes it, and it compares what should be
 * with what is. So no order of events can be missed.
 */
final class PodWorker {
  private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  private final NodeContext node;
  private final String uid;
  private final String title;
  private final PodStatusWriter writer;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;
  private final Runnable onDone;
  private volatile Pod pod;
  private volatile boolean gone;
  private volatile @Nullable Duration closeGrace;
  private volatile @Nullable PodView view;
  private @Nullable PodRuntime runtime;
  private boolean deleteSent;

  /**
   * Takes on a Pod.
   *
   * @param onDone called when nothing of the Pod is left here, or the node has closed
   */
  PodWorker(NodeContext node, Pod pod, Runnable onDone) {
    this.node = node;
    this.pod = pod;
    this.uid = pod.getMetadata().getUid();
    this.title = pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    this.writer = new PodStatusWriter(node.client());
    this.onDone = onDone;
    this.thread = Thread.ofVirtual().name("pod-" + title).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The Pod as it was last seen. */
  Pod pod() {
    return pod;
  }

  /** What the Pod does, null before that is known. */
  @Nullable PodView view() {
    return view;
  }

  /** Brings the Pod as the API server has it now; an older one than is known counts for nothing. */
  synchronized void update(Pod newer) {
    if (version(newer) > version(pod)) {
      pod = newer;
      wake();
    }
  }

  /** Says that the API server has the Pod no more. */
  void gone() {
    gone = true;
    wake();
  }

  /** Ends the Pod's processes, for the node closes; the Pod itself stays. */
  void close(Duration grace) {
    closeGrace = grace;
    wake();
  }

  /** Waits until nothing runs any more, but not longer than the limit. */
  void join(Duration limit) throws InterruptedException {
    thread.join(limit);
  }

  boolean isGone() {
    return gone;
  }

  private void wake() {
    news.release();
  }

  private void run() {
    try {
      var retry = FIRST_RETRY;
      var next = Instant.EPOCH;
      while (!next.equals(Instant.MIN)) {
        news.drainPermits();
        try {
          next = sync();
          retry = FIRST_RETRY;
        } catch (IOException | RuntimeException e) {
          if (retry.equals(FIRST_RETRY)) {
            LOG.warn("Pod {}: trying on after", title, e);
          }
          next = Instant.now().plus(retry);
          var longer = retry.multipliedBy(2);
          retry = longer.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : longer;
        }
        if (!next.equals(Instant.MIN)) {
          await(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      onDone.run();
    }
  }

  private void await(Instant next) throws InterruptedException {
    if (next.equals(Instant.MAX)) {
      news.acquire();
    } else {
      var millis = Duration.between(Instant.now(), next).toMillis();
      var _ = news.tryAcquire(Math.max(0, millis), TimeUnit.MILLISECONDS);
    }
  }

  /** Brings what is closer to what should be; returns when to look again, MIN when all is done. */
  private Instant sync() throws IOException {
    var current = pod;
    if (runtime == null) {
      if (gone || closeGrace != null) {
        return finish(current);
      }
      runtime = PodRuntime.take(node, current, this::wake);
    }
    var own = runtime;
    own.look(current);
    var closing = closeGrace;
    if (closing != null) {
      own.stop(closing);
      return own.isRunning() ? Instant.MAX : Instant.MIN;
    }
    if (PodPhase.isFinal(phase(current)) && !own.isRunning()) {
      view = own.view(current);
      return finish(current);
    }
    var next = Instant.MAX;
    if (gone || PodPhase.isFinal(phase(current))) {
      own.end(graceOf(current));
    } else if (isDeleted(current)) {
      own.end(Duration.ofSeconds(orZero(current.getMetadata().getDeletionGracePeriodSeconds())));
    } else {
      next = own.step(Instant.now());
    }
    var seen = own.view(current);
    view = seen;
    if (!gone) {
      write(seen);
    }
    return seen.over() ? finish(pod) : next;
  }

  private void write(PodView seen) {
    try {
      update(writer.write(seen.pod(), PodStatusView.of(seen, Instant.now())));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
      gone = true; // no such Pod, or another one by that name: the uid differs
      wake();
    }
  }

  /**
   * Nothing runs any more: clears up, and has the API server forget a Pod that is to be deleted.
   */
  private Instant finish(Pod current) throws IOException {
    node.addresses().release(uid);
    if (closeGrace != null && !gone) {
      return Instant.MIN;
    }
    if (!gone && !isDeleted(current)) {
      return Instant.MAX; // it has come to its end, and is kept for people to see
    }
    PodFolder.create(node.pods(), uid).delete();
    if (gone) {
      return Instant.MIN;
    }
    if (!deleteSent) {
      delete(current);
      deleteSent = true;
    }
    return Instant.MAX; // until the API server says that it is gone, which finalizers may delay
  }

  private void delete(Pod current) {
    var metadata = current.getMetadata();
    var options =
        new DeleteOptionsBuilder()
            .withGracePeriodSeconds(0L)
            .withNewPreconditions(null, uid) // never another Pod of that name
            .build();
    try {
      var _ =
          node.client()
              .raw(
                  "/api/v1/namespaces/%s/pods/%s"
                      .formatted(metadata.getNamespace(), metadata.getName()),
                  "DELETE",
                  options);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }

  private static boolean isDeleted(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  private static Duration graceOf(Pod pod) {
    var seconds = pod.getMetadata().getDeletionGracePeriodSeconds();
    return Duration.ofSeconds(
        seconds != null ? seconds : orZero(pod.getSpec().getTerminationGracePeriodSeconds()));
  }

  private static long orZero(@Nullable Long seconds) {
    return seconds == null ? 0 : seconds;
  }

  private static @Nullable String phase(Pod pod) {
    return pod.getStatus() == null ? null : pod.getStatus().getPhase();
  }

  private static long version(Pod pod) {
    return Long.parseLong(pod.getMetadata().getResourceVersion());
  }
}
