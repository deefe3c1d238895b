// validatorUrl: by default swagger-ui asks a server on the Internet to check the description.
// BaseLayout: without the bar that loads another description.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  layout: "BaseLayout",
  validatorUrl: null,
  persistAuthorization: false,
});
