exports.connect = async () => ({ statusCode: 200 });

exports.id = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({ connectionId: event.requestContext.connectionId }),
});
