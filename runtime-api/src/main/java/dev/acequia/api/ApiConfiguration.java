package dev.acequia.api;

import dev.acequia.api.access.Access;
import dev.acequia.api.access.AccessFilter;
import dev.acequia.api.envelope.Envelopes;
import dev.acequia.api.http.LeaveTaking;
import dev.acequia.api.http.ProblemAdvice;
import dev.acequia.api.http.RequestTimer;
import dev.acequia.api.http.WebServer;
import dev.acequia.api.ingest.IngestEndpoint;
import dev.acequia.api.ingest.TopicWriter;
import dev.acequia.api.openapi.AccessDescription;
import dev.acequia.api.openapi.DocsController;
import dev.acequia.api.query.QueryEndpoint;
import dev.acequia.contract.ApiShutdown;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.stores.StoreReader;
import dev.acequia.telemetry.ManagementServer;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Optional;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.Ordered;

/** The process's parts, from the edges of Kafka and the store to the endpoints. */
@Configuration(proxyBeanMethods = false)
@Import(WebServer.class)
class ApiConfiguration {
  @Bean
  WebServer.Address address(ApiSettings settings, Access access) {
    return new WebServer.Address(
        RuntimeVariable.ACEQUIA_BIND_ADDRESS.in(settings.environment()),
        settings.port(),
        access.tls());
  }

  @Bean
  MetricSet.ForPipeline metrics(ApiSettings settings, MetricSet metrics) {
    return metrics.forPipeline(settings.definition().namespace(), settings.definition().name());
  }

  @Bean
  MetricSet metricSet() {
    return new MetricSet(new PrometheusRegistry());
  }

  @Bean
  TopicWriter topicWriter(ApiSettings settings) {
    return new TopicWriter(
        () -> KafkaConnection.fromEnvironment(settings.environment()),
        settings.clientId(),
        settings.definition().topic().name());
  }

  @Bean
  StoreReader storeReader(ApiSettings settings) {
    return StoreReader.open(settings.definition(), settings.environment());
  }

  @Bean
  Readiness readiness(ApiSettings settings, TopicWriter topic, StoreReader store) {
    return new Readiness(
        topic,
        store,
        settings.farewell(),
        lastWord -> ApiProcess.terminate(settings.environment(), lastWord));
  }

  @Bean
  ManagementServer managementServer(
      ApiSettings settings, MetricSet metrics, Readiness readiness, StoreReader store)
      throws IOException {
    return ManagementServer.start(
            RuntimeVariable.ACEQUIA_BIND_ADDRESS.in(settings.environment()),
            settings.managementPort(),
            metrics.registry(),
            Optional::empty,
            readiness::trouble)
        .with(ManagementServer.READ_PATH, new ReadCheck(store)::trouble);
  }

  @Bean
  Envelopes envelopes(ApiSettings settings) {
    return Envelopes.fromEnvironment(settings.environment());
  }

  @Bean
  IngestEndpoint ingest(
      ApiSettings settings, TopicWriter topic, Envelopes envelopes, MetricSet.ForPipeline metrics) {
    return new IngestEndpoint(settings.definition().schema(), topic, envelopes, metrics);
  }

  @Bean
  QueryEndpoint query(ApiSettings settings, StoreReader store, MetricSet.ForPipeline metrics) {
    return new QueryEndpoint(settings.definition(), store, metrics);
  }

  @Bean
  DocsController docs(ApiSettings settings) {
    var environment = settings.environment();
    return new DocsController(
        settings.definition(),
        new AccessDescription(
            Access.settings(environment),
            RuntimeVariable.ACEQUIA_API_KEYS_DIR.in(environment).isPresent(),
            RuntimeVariable.ACEQUIA_CLIENT_CA_DIR.in(environment).isPresent()),
        Envelopes.declared(environment));
  }

  @Bean
  ProblemAdvice problems() {
    return new ProblemAdvice();
  }

  @Bean
  ServletRegistrationBean<RecordsServlet> records(
      IngestEndpoint ingest, QueryEndpoint query, ProblemAdvice problems) {
    return new ServletRegistrationBean<>(
        new RecordsServlet(ingest, query, problems), "/v1/records", "/v1/records/*");
  }

  @Bean
  FilterRegistrationBean<RequestTimer> requestTimer(MetricSet.ForPipeline metrics) {
    var registration = new FilterRegistrationBean<>(new RequestTimer(metrics));
    registration.addUrlPatterns("/v1/records", "/v1/records/*");
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE); // so that it counts rejected calls too
    return registration;
  }

  @Bean
  Access access(ApiSettings settings, Envelopes envelopes, MetricSet.ForPipeline metrics) {
    return Access.start(settings.environment(), metrics, envelopes::provesItsSender);
  }

  @Bean
  FilterRegistrationBean<AccessFilter> accessFilter(Access access) {
    var registration = new FilterRegistrationBean<>(access.filter());
    registration.addUrlPatterns("/*");
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<LeaveTaking> leaveTaking(Readiness readiness) {
    return new FilterRegistrationBean<>(new LeaveTaking(readiness::stopping));
  }

  @Bean
  DefaultLifecycleProcessor lifecycleProcessor() {
    var processor = new DefaultLifecycleProcessor();
    processor.setTimeoutPerShutdownPhase(ApiShutdown.DRAIN.toMillis());
    return processor;
  }
}
