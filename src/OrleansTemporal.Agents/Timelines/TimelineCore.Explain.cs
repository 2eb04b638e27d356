using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Timelines;

internal sealed partial class TimelineCore
{
    private protected override void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
        if (delta.Kind == TimelineKinds.Define)
        {
            var defined = TimelineNotes.ReadDefinition(delta.Payload);
            draft.Add(new DeltaChange
            {
                Type = delta.Sequence == 1 ? ChangeType.Insert : ChangeType.Update,
                Key = "",
                Value = DeltaExplanationDraft.ObjectOf(defined, TimelineJson.WriteMembers),
            });
        }
        else if (delta.Kind == TimelineKinds.Branch)
        {
            var (name, _, _, isRemoved) = TimelineNotes.ReadBranch(delta.Payload);
            draft.Add(new DeltaChange { Type = isRemoved ? ChangeType.Delete : ChangeType.Insert, Key = name, Value = isRemoved ? default : CanonicalJson.Canonicalize(delta.Payload.Span) });
        }
        else if (delta.Kind == TimelineKinds.Mark)
        {
            var label = TimelineNotes.ReadMark(delta.Payload, delta.SystemTime).Label;
            draft.Add(new DeltaChange { Type = ChangeType.Insert, Key = label, Value = CanonicalJson.Canonicalize(delta.Payload.Span) });
        }
        else if (delta.Kind == TimelineKinds.Observer)
        {
            var (name, _, status, reason, failure) = ObserverNotes.Read(delta.Payload);
            draft.Add(new DeltaChange
            {
                Type = status == ObserverStatus.Terminated ? ChangeType.Delete : ChangeType.Update,
                Key = $"observers/{name}",
                Value = DeltaExplanationDraft.ObjectOf((name, status, reason, failure), static (json, one) =>
                {
                    if (one.failure is { } error)
                    {
                        json.WriteString("message", error.Message);
                    }

                    json.WriteString("observer", one.name);
                    json.WriteString("reason", one.reason);
                    json.WriteString("status", one.failure is null ? ObserverJson.NameOf(one.status) : ObserverJson.NameOf(ObserverStatus.Error));
                    if (one.failure is { } refused)
                    {
                        json.WriteString("type", refused.Code);
                    }
                }),
            });
        }
        else if (delta.Kind == TimelineKinds.Thin)
        {
            if (delta.HasPayload)
            {
                draft.Add(new DeltaChange { Type = ChangeType.Update, Key = "", Value = DeltaExplanationDraft.ObjectOf(TimelineThinning.Read(delta.Payload.Span, Dimensions), WriteThinning) });
            }
        }
        else if (delta.HasPayload && StepOf(delta.Sequence) is { } step)
        {
            draft.Add(ChangeOf(step, HashIn(delta), draft));
        }
    }

    // A delta that waits for its parent has made no step, and so changes nothing yet.
    private TimelineStep? StepOf(long sequence)
    {
        lock (Gate)
        {
            // Policy may compose others into it while it is written out.
            return history?.FindStep(sequence)?.Copy();
        }
    }

    private Distinction? HashIn(in DeltaRecord delta)
    {
        return TimelineStepPayload.Read(delta.Payload.Span, Dimensions).StateHash;
    }

    private int Dimensions
    {
        get
        {
            lock (Gate)
            {
                return history!.Dimensions;
            }
        }
    }

    private static void WriteThinning(Utf8JsonWriter json, TimelineThinning thinning)
    {
        json.WriteNumber("kept", thinning.Groups.Length);
        json.WriteNumber("letGo", thinning.Groups.Sum(static group => (long)group.LetGo.Length));
        json.WriteStartArray("resolutions");
        foreach (var resolution in thinning.Groups.Select(static group => group.Resolution).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(resolution);
        }

        json.WriteEndArray();
    }

    private static DeltaChange ChangeOf(TimelineStep step, Distinction? stateHash, DeltaExplanationDraft draft)
    {
        var isTold = draft.TryTakeNumbers(2 * step.Indices.Length);
        return new DeltaChange
        {
            Type = step.Parent is null ? ChangeType.Insert : ChangeType.Update,
            Key = step.Branch.Name,
            Value = DeltaExplanationDraft.ObjectOf((step, stateHash, isTold), WriteStep),
            Magnitude = step.Magnitude.L2Norm,
            IsCut = !isTold,
        };
    }

    private static void WriteStep(Utf8JsonWriter json, (TimelineStep Step, Distinction? StateHash, bool IsTold) written)
    {
        var (step, stateHash, isTold) = written;
        json.WriteString("change", step.Change.ToString().ToLowerInvariant());
        json.WriteNumber("density", step.Magnitude.Density);
        json.WriteNumber("dimensionsChanged", step.Magnitude.DimensionsChanged);
        json.WriteNumber("l2Norm", step.Magnitude.L2Norm);
        json.WriteNumber("maxComponent", step.Magnitude.MaxComponent);
        if (step.Id is { } id)
        {
            json.WriteString("id", id);
        }

        if (stateHash is { } hash)
        {
            json.WriteString("stateHash", hash.ToString());
        }

        if (step.MergeParent is { } merged)
        {
            json.WriteNumber("merged", merged.Sequence);
        }

        if (step.Change == TimelineChange.Rollback)
        {
            json.WriteNumber("restored", step.RestoredTo?.Sequence ?? 0);
        }

        if (!isTold)
        {
            return;
        }

        json.WriteStartArray("indices");
        foreach (var index in step.Indices.Span)
        {
            json.WriteNumberValue(index);
        }

        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (var value in step.After.Span)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
