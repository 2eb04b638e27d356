using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Workspaces;

/// <summary>Catalog changes as JSON.</summary>
internal static class CatalogJson
{
    /// <summary>Writes the receipt of a change; when nothing had to be written, where the entry stands.</summary>
    internal static void WriteChange(ApiRequest request, JsonAnswer answer, CatalogChangeResult result)
    {
        if (result.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }
        else
        {
            answer.Writer.WriteString("agent"u8, SystemAgents.CatalogOf(request.Path[1]).ToString());
            answer.Writer.WriteNumber("sequence"u8, result.Entry.Sequence);
            answer.WriteProperty("systemTime"u8, result.Entry.SystemTime);
        }
    }
}
