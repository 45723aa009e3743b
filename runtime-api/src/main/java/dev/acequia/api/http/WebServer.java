package dev.acequia.api.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Tomcat and Spring MVC with just what the endpoints use: they read and write the servlet's streams
 * themselves, so there is nothing to convert.
 */
@Configuration(proxyBeanMethods = false)
public class WebServer {
  private static final int MAX_HEADER_BYTES = 32 << 10;

  /** Of a body that was refused, so much is still read, so that the client reads the answer. */
  private static final int MAX_SWALLOWED_BYTES = 32 << 20;

  /**
   * Where to listen.
   *
   * @param port 0 for any free one
   * @param tls absent for plain HTTP
   */
  public record Address(Optional<String> host, int port, Optional<TlsPort> tls) {}

  @Bean
  ServletWebServerFactory tomcat(Address address) throws UnknownHostException {
    var factory = new TomcatServletWebServerFactory(address.port());
    if (address.host().isPresent()) {
      factory.setAddress(InetAddress.getByName(address.host().get()));
    }
    factory.setProtocol(BoundedHttp.class.getName());
    factory.setShutdown(Shutdown.GRACEFUL);
    factory.setRegisterDefaultServlet(false);
    factory.addConnectorCustomizers(WebServer::customize);
    address.tls().ifPresent(tls -> factory.addConnectorCustomizers(tls::enable));
    factory.addContextCustomizers(
        context ->
            ((StandardHost) context.getParent())
                .setErrorReportValveClass(ProblemValve.class.getName()));
    return factory;
  }

  @Bean
  DispatcherServlet dispatcherServlet(WebApplicationContext context) {
    return new DispatcherServlet(context);
  }

  @Bean
  RequestMappingHandlerMapping handlerMapping() {
    return new RequestMappingHandlerMapping();
  }

  @Bean
  RequestMappingHandlerAdapter handlerAdapter() {
    var adapter = new RequestMappingHandlerAdapter();
    adapter.setMessageConverters(List.of(new StringHttpMessageConverter()));
    return adapter;
  }

  @Bean
  ExceptionHandlerExceptionResolver handlerExceptionResolver() {
    var resolver = new ExceptionHandlerExceptionResolver();
    resolver.setMessageConverters(List.of(new StringHttpMessageConverter()));
    return resolver;
  }

  private static void customize(Connector connector) {
    // The signs that people type into a query without encoding them.
    connector.setProperty("relaxedQueryChars", "\"<>[\\]^`{|}");
    // A slash within a key's value is part of the value.
    connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
    connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
    var protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
    protocol.setExecutor(new VirtualThreadExecutor("http-"));
    // A hundred, unless told otherwise: a busy client would open connections all the time.
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setMaxHttpRequestHeaderSize(MAX_HEADER_BYTES);
    protocol.setMaxHttpResponseHeaderSize(MAX_HEADER_BYTES);
    protocol.setMaxSwallowSize(MAX_SWALLOWED_BYTES);
    protocol.setCompression("on");
    protocol.setCompressibleMimeType("text/html,text/css,text/javascript");
  }
}
