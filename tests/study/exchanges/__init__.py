"""What visitors ask and agents answer, with a label: the ground on which grouping is measured."""
