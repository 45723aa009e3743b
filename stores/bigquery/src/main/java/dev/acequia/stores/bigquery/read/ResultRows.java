package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Iterates over the rows of one statement, page by page. Holds one row at a time. */
final class ResultRows implements AutoCloseable {
  private final QueryJobs jobs;
  private final Statement statement;
  private final AnswerRow row;
  private final Deadline deadline;

  private @Nullable Answer answer;
  private @Nullable JobName job;
  private @Nullable String page;
  private boolean isBegun;
  private boolean isComplete;

  ResultRows(QueryJobs jobs, Statement statement, AnswerRow row, Deadline deadline) {
    this.jobs = jobs;
    this.statement = statement;
    this.row = row;
    this.deadline = deadline;
  }

  /**
   * Takes the next row.
   *
   * @return false when there is none
   */
  boolean next() throws StoreReadException {
    while (!isBegun || !isComplete || answer != null || page != null) {
      var current = answer == null ? ask() : answer;
      answer = current;
      if (take(current)) {
        return true;
      }
      isComplete = current.isComplete();
      page = current.pageToken();
      job = current.job() == null ? job : current.job();
      current.close();
      answer = null;
    }
    return false;
  }

  private Answer ask() throws StoreReadException {
    if (!isBegun) {
      isBegun = true;
      return jobs.begin(statement, deadline);
    }
    if (job == null) {
      throw ReadFailure.of(new IOException("a job without a name goes on"), deadline);
    }
    return jobs.goOn(statement, job, page, deadline);
  }

  private boolean take(Answer current) throws StoreReadException {
    if (deadline.isOver()) {
      throw deadline.exceeded();
    }
    try {
      return current.next(row);
    } catch (IOException e) {
      throw ReadFailure.of(e, deadline);
    }
  }

  /** The row at hand. */
  ResultRow row() {
    return row;
  }

  /** A value of the row at hand, as a query names it; null for a null. */
  @Nullable Literal literalAt(int column) {
    return row.literalAt(column);
  }

  /** Ends the job if it is still running. */
  @Override
  public void close() {
    if (answer != null) {
      answer.close();
    }
    if (job != null && !isComplete) {
      jobs.cancel(job);
    }
  }
}
