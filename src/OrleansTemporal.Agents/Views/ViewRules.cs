using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>What a view can be over, and which queries can be kept.</summary>
internal static class ViewRules
{
    /// <summary>The kind and the name that a source names.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>, <c>invalid_name</c>, <c>view_source_unsupported</c>.</exception>
    public static (AgentKind Kind, string Name) SourceOf(ViewDefinition definition)
    {
        var slash = definition.Source.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !AgentKinds.TryParse(definition.Source[..slash], out var kind))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'source' is kv/{namespace}, series/{stream} or views/{view}.") { Field = "source" };
        }

        var name = Names.Validate(definition.Source[(slash + 1)..], "source");
        return kind is AgentKind.Kv or AgentKind.Series or AgentKind.Views
            ? (kind, name)
            : throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.ViewSourceUnsupported, $"A view is over documents, over points or over another view; {AgentKinds.ToName(kind)} have queries of their own.")
            {
                Field = "source",
            };
    }

    /// <summary>Refuses a definition that can not be answered.</summary>
    /// <exception cref="TemporalException">Invalid or TooLarge, with the field.</exception>
    public static ViewDefinition Check(ViewDefinition definition)
    {
        SourceOf(definition);
        if (definition.Description.Length > Limits.ViewDescriptionLengthMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A description has at most {Limits.ViewDescriptionLengthMax} characters.")
            {
                Field = "description",
                Limit = Limits.ViewDescriptionLengthMax,
            };
        }

        var request = new KvQueryRequest
        {
            Filter = definition.Filter,
            Select = definition.Select,
            Sort = definition.Sort,
            GroupBy = definition.GroupBy,
            Aggregates = definition.Aggregates,
        };
        try
        {
            KvQueryRules.Check(request);
        }
        catch (TemporalException refusal) when (refusal.Field is { } field)
        {
            throw new TemporalException(refusal.Kind, refusal.Code, refusal.Message) { Field = $"query.{field}", Limit = refusal.Limit };
        }

        return definition;
    }

    /// <summary>The refusal of a view that is not there.</summary>
    public static TemporalException NotFound(string view, string field = "view") =>
        new(ErrorKind.NotFound, ErrorCodes.ViewNotFound, $"There is no view '{view}'.") { Field = field };

    /// <summary>The refusal of a view that would be over itself.</summary>
    public static TemporalException Cycle(string view) =>
        new(ErrorKind.Invalid, ErrorCodes.ViewCycle, $"The view '{view}' would be over itself, or over more than {Limits.ViewDepthMax} views.")
        {
            Field = "source",
            Limit = Limits.ViewDepthMax,
        };
}
