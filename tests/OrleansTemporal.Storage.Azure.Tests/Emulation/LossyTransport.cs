using Azure.Core;
using Azure.Core.Pipeline;

namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>
/// The way to the service, on which answers get lost: the request is done, and the caller gets an error. Also requests, so
/// that nothing is done and the caller gets the same error.
/// </summary>
internal sealed class LossyTransport(Func<Request, Loss> decide) : HttpPipelineTransport
{
    private static readonly HttpClientTransport Inner = new();

    public override Request CreateRequest() => Inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var loss = decide(message.Request);
        if (loss == Loss.Request)
            throw new IOException("injected: the request is lost");
        await Inner.ProcessAsync(message);
        if (loss == Loss.Answer)
        {
            message.Response.Dispose();
            throw new IOException("injected: the answer is lost");
        }
    }
}
