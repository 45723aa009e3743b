fetch('/openapi.json')
  .then(response => response.json())
  .then(spec => {
    document.title = spec.info.title;
    document.getElementById('name').textContent = spec.info.title;
    SwaggerUIBundle({
      spec,
      dom_id: '#docs',
      deepLinking: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 1,
      docExpansion: 'list',
      syntaxHighlight: {theme: 'idea'},
    });
  });
