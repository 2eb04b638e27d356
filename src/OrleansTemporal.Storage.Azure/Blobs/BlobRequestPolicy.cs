using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// Sees every request to the service: counts it by what it does, which is what the service bills, and logs the ones that
/// were not answered. Costs nothing while nobody listens.
/// </summary>
internal sealed partial class BlobRequestPolicy(TimeProvider time, ILogger logger) : HttpPipelinePolicy
{
    public const string MeterName = "OrleansTemporal.Storage.Azure";
    public const string RequestsName = "orleanstemporal.blob.requests";
    public const string OperationTag = "operation";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(RequestsName, "{request}", "Requests to the blob service.");

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Count(message.Request);
        ProcessNext(message, pipeline);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Count(message.Request);
        var sent = time.GetTimestamp();
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotAnswered(NameOf(message.Request), message.Request.Uri.Path, (long)time.GetElapsedTime(sent).TotalMilliseconds, failure.Message);
            throw;
        }
    }

    private static void Count(Request request)
    {
        if (Requests.Enabled)
        {
            Requests.Add(1, new KeyValuePair<string, object?>(OperationTag, NameOf(request)));
        }
    }

    private static string NameOf(Request request)
    {
        var query = request.Uri.Query;
        return request.Method.Method switch
        {
            "PUT" when Has(query, "appendblock") => "append",
            "PUT" when Has(query, "blocklist") => "commit",
            "PUT" when Has(query, "block") => "stage",
            "PUT" when Has(query, "tier") => "tier",
            "PUT" => "put",
            "GET" when Has(query, "list") => "list",
            "GET" => "get",
            "HEAD" => "head",
            "DELETE" => "delete",
            _ => "other",
        };
    }

    private static bool Has(string query, string component) => query.Contains($"comp={component}", StringComparison.Ordinal);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The blob service did not answer {Operation} of {Path} within {Milliseconds} ms: {Reason}")]
    private partial void LogNotAnswered(string operation, string path, long milliseconds, string reason);
}
