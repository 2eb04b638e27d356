using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Streams that belong together.</summary>
internal static partial class SeriesEndpoints
{
    private static async Task LinkAsync(ApiRequest request)
    {
        var (workspace, stream) = (GetWorkspace(request), GetStream(request));
        using var body = await RequestBody.ReadAsync(request);
        var links = SeriesLinksBody.Parse(body.Bytes);
        var changed = await request.Database.SeriesService.LinkAsync(request.GetWriteCall(body.Bytes.Span), workspace, stream, links, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (changed.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }

        SeriesLinksBody.Write(answer.Writer, links);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetLinksAsync(ApiRequest request)
    {
        var links = await request.Database.SeriesService.GetLinksAsync(
            request.GetReadCall(), GetWorkspace(request), GetStream(request), QueryParameters.GetAsOf(request.Path), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        SeriesLinksBody.Write(answer.Writer, links);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }
}
