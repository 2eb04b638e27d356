using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>Points in, points away.</summary>
internal static partial class SeriesEndpoints
{
    private static async Task WriteAsync(ApiRequest request)
    {
        var (workspace, stream) = (GetWorkspace(request), GetStream(request));
        SeriesWriteReport report;
        int accepted;
        using (var body = await RequestBody.ReadAsync(request))
        {
            (var batch, accepted) = SeriesBody.Parse(body.Bytes, EventTime.FromDateTimeOffset(request.Now));
            var call = request.GetWriteCall(body.Bytes.Span);
            report = await request.Database.SeriesService.WriteAsync(call, workspace, stream, batch, request.Cancellation);
        }

        await AnswerAsync(request, report, accepted);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var (workspace, stream) = (GetWorkspace(request), GetStream(request));
        var selector = SeriesParameters.GetSelector(request.Path);
        var call = request.GetWriteCall([]);

        // What is deleted stands in the parameters, which a reused idempotency key must not change.
        var report = await request.Database.SeriesService.DeleteAsync(call, workspace, stream, selector, request.Cancellation);
        await AnswerAsync(request, report, null);
    }

    private static Task AnswerAsync(ApiRequest request, SeriesWriteReport report, int? accepted)
    {
        if (report.Receipts.Length == 1)
        {
            Answers.StampRoot(request, report.Receipts[0]);
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        KvJson.WriteReceipts(answer, report.Receipts.AsSpan(), report.SystemTime);
        if (accepted is { } count)
        {
            answer.Writer.WriteNumber("accepted"u8, count);
        }

        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer);
    }
}
