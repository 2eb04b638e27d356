using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Signals;

/// <summary>The routes of the signals facet.</summary>
internal static partial class SignalEndpoints
{
    private const string Tag = "signals";
    private const string Ledgers = "/v1/{workspace}/signals";
    private const string Ledger = Ledgers + "/{ledger}";

    private const int WorkspaceSegment = 1;
    private const int LedgerSegment = 3;
    private const int EntitySegment = 5;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Ledgers, ListAsync, new("listLedgers", Tag, "Lists the ledgers with what they hold.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "SignalLedgers")],
        });
        endpoints.MapApi("PUT", Ledger, DefineAsync, new("defineLedger", Tag, "Defines a ledger, or adds to its definition; what is recorded keeps its meaning.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "SignalSchema",
            Answers = [(200, "SignalLedgerWritten"), (201, "SignalLedgerWritten")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", Ledger, GetAsync, new("getLedger", Tag, "Reads what a ledger counts, and how much it holds.")
        {
            Answers = [(200, "SignalLedger")],
        });
        endpoints.MapApi("POST", Ledger + "/events", RecordAsync, new("recordEvents", Tag, "Records weighted events on entities, all or none for each agent.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "SignalEvents",
            Answers = [(200, "SignalRecorded")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Ledger + "/entities/{entity}", ReadAsync, new("getEntitySignals", Tag, "Reads the scores, counts and velocities of an entity, now or at a moment, as known now or then.")
        {
            Parameters = ["at", "asOf"],
            Answers = [(200, "SignalEntityAnswer")],
            Problems = [422],
        });
        endpoints.MapApi("POST", Ledger + "/entities", ReadManyAsync, new("getEntitiesSignals", Tag, "Reads many entities at one moment, or ranks them by a profile, best first.")
        {
            Parameters = ["asOf"],
            Body = "SignalEntitiesQuestion",
            Answers = [(200, "SignalEntities")],
            Problems = [413, 422],
        });
        endpoints.MapApi("GET", Ledger + "/top", TopAsync, new("getTopEntities", Tag, "Reads the leaders of a ledger, by a signal or by a profile, exactly.")
        {
            Parameters = ["signal", "profile", "by", "rankWindow", "halfLife", "k", "at", "asOf"],
            Answers = [(200, "SignalTop")],
            Problems = [422],
        });
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetLedger(ApiRequest request) => request.GetName(LedgerSegment, "ledger");

    // Both are of the same form, and a client that forgets to escape the plus of an offset means the offset, not a space.
    private static EventTime? FindAt(PathSegments path) =>
        QueryParameters.Find(path, "at") is not { } text ? null : ParseTime(text.Replace(' ', '+'), "at");

    private static EventTime ParseTime(string text, string field) =>
        EventTime.TryParse(text, out var time)
            ? time
            : throw QueryParameters.Malformed(field, $"'{field}' is an instant in RFC 3339 from 1677 to 2262, as in 2026-01-02T03:04:05.123456789Z.");
}
