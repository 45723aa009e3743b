package dev.acequia.benchmarks.faults;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A consumer that is stopped in its batch. What it was about to say is held on its way. */
final class Zombie {
  private final Member member;
  private final CountDownLatch frozen = new CountDownLatch(1);
  private final CountDownLatch woken = new CountDownLatch(1);

  /** Has a consumer stopped when it reaches a moment. */
  Zombie(Member member, Moment moment) {
    this.member = member;
    var _ =
        member
            .link()
            .traps()
            .arm(
                moment,
                () -> {
                  member.freeze();
                  frozen.countDown();
                  if (woken.getCount() == 0) {
                    member.wake(); // it came to its moment after all, and too late
                  }
                  try {
                    woken.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Trap.Then.PASS;
                });
  }

  Member member() {
    return member;
  }

  /** Waits until it is stopped; false when it does not reach its moment, and goes on. */
  boolean awaitFrozen() throws InterruptedException {
    if (frozen.await(Member.MOMENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      return true;
    }
    member.link().traps().disarm();
    woken.countDown();
    return false;
  }

  /** Wakes it, and lets what it was about to say arrive. */
  void wake() {
    member.wake();
    woken.countDown();
  }
}
