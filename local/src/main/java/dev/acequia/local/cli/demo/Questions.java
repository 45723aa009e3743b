package dev.acequia.local.cli.demo;

import java.util.List;

/** What the demonstration asks the flights, by what their store can answer. */
public enum Questions {
  ANY(
      List.of("limit=1"),
      List.of(
          new Question(
              "Which departures were more than five hours late?",
              "dep_delay=gt.300&select=carrier,flight,dest,dep_delay&order=dep_delay.desc&limit=3"),
          new Question(
              "How many left each airport, and how late on average?",
              "select=origin,count(),dep_delay.avg()&order=origin"))),

  /** The key begins with the hour, and an index orders the flights of an airport by it. */
  BY_KEY(
      List.of("origin=eq.EWR&limit=1", "origin=eq.JFK&limit=1", "origin=eq.LGA&limit=1"),
      List.of(
          new Question(
              "Which departures were due in the sixth hour of New Year's Day?",
              "time_hour=eq.2013-01-01T10:00:00Z&select=carrier,flight,origin,dest,dep_delay"),
          new Question(
              "Which were the last ones from Newark that year?",
              "origin=eq.EWR&select=time_hour,carrier,flight,dest&order=time_hour.desc&limit=3")));

  private final List<String> parts;
  private final List<Question> questions;

  /** A question in words, and as the API takes it. */
  record Question(String words, String query) {}

  Questions(List<String> parts, List<Question> questions) {
    this.parts = parts;
    this.questions = questions;
  }

  /** Queries whose results together are all records. */
  List<String> parts() {
    return parts;
  }

  List<Question> questions() {
    return questions;
  }
}
